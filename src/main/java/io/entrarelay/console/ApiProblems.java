package io.entrarelay.console;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.config.Role;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.json.Jackson2ObjectMapperBuilder;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.InsufficientAuthenticationException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.csrf.CsrfException;

/** What the API says instead of an answer: RFC 9457, before a controller is reached. */
final class ApiProblems {
  private static final ObjectMapper JSON = Jackson2ObjectMapperBuilder.json().build();

  private ApiProblems() {}

  /** Whether a request is for the API. */
  static boolean concerns(HttpServletRequest request) {
    return path(request).startsWith("/api/");
  }

  private static String path(HttpServletRequest request) {
    return request.getRequestURI().substring(request.getContextPath().length());
  }

  /** Nobody is signed in, or not so that it can be believed. */
  static void unknown(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
      throws IOException {
    if (why instanceof LocalSignIn.TooMany tooMany) {
      response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(tooMany.seconds()));
      write(
          request,
          response,
          HttpStatus.TOO_MANY_REQUESTS,
          "Too many passwords were wrong. This one was not looked at: wait for "
              + tooMany.seconds()
              + " s.");
      return;
    }
    // a browser that is asked keeps a password and sends it along with whatever it asks for
    if (request.getHeader("Sec-Fetch-Mode") == null) {
      response.setHeader(
          HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"Entra Relay\", charset=\"UTF-8\"");
    }
    write(
        request,
        response,
        HttpStatus.UNAUTHORIZED,
        request.getHeader(HttpHeaders.AUTHORIZATION) == null
            ? "Send the name and password of a user of the console by HTTP Basic, or sign in to the"
                + " console."
            : "The name or the password is wrong, or it is not sent by HTTP Basic.");
  }

  /** Someone is signed in, and may not. */
  static void denied(
      HttpServletRequest request, HttpServletResponse response, AccessDeniedException why)
      throws IOException {
    Role role = Person.role(SecurityContextHolder.getContext().getAuthentication());
    if (why instanceof CsrfException) {
      if (role == null) {
        unknown(request, response, new InsufficientAuthenticationException("nobody"));
        return;
      }
      write(
          request,
          response,
          HttpStatus.FORBIDDEN,
          "A browser that is signed in sends the cookie XSRF-TOKEN in the header X-XSRF-TOKEN along"
              + " with what changes something.");
      return;
    }
    List<ApiRules.Rule> rules = ApiRules.of(path(request));
    HttpMethod method = HttpMethod.valueOf(request.getMethod());
    if (rules.isEmpty()) {
      write(request, response, HttpStatus.NOT_FOUND, "There is nothing here.");
      return;
    }
    for (ApiRules.Rule rule : rules) {
      if (rule.method().equals(method)) {
        write(
            request,
            response,
            HttpStatus.FORBIDDEN,
            "It needs the role "
                + rule.role().text()
                + (role == null ? "." : ", and yours is " + role.text() + "."));
        return;
      }
    }
    String allowed =
        rules.stream().map(rule -> rule.method().name()).collect(Collectors.joining(", "));
    response.setHeader(HttpHeaders.ALLOW, allowed);
    write(request, response, HttpStatus.METHOD_NOT_ALLOWED, "It can be asked by " + allowed + ".");
  }

  /** Writes a problem as the whole answer. */
  static void write(
      HttpServletRequest request, HttpServletResponse response, HttpStatus status, String detail)
      throws IOException {
    ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
    problem.setInstance(instance(request));
    response.setStatus(status.value());
    response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    response.getOutputStream().write(JSON.writeValueAsBytes(problem));
  }

  private static URI instance(HttpServletRequest request) {
    try {
      return URI.create(request.getRequestURI());
    } catch (IllegalArgumentException e) {
      return URI.create(request.getContextPath() + ApiRules.BASE);
    }
  }

  /** What a status means where nothing else is known. */
  static String detail(HttpStatus status) {
    return switch (status) {
      case BAD_REQUEST -> "The request is not understood.";
      case FORBIDDEN -> "It is refused: requests of other sites' pages are.";
      case NOT_FOUND -> "There is nothing here.";
      case PAYLOAD_TOO_LARGE ->
          "The request's body is longer than " + RequestBound.MOST + " bytes.";
      case INTERNAL_SERVER_ERROR -> "It failed. The relay's log says why.";
      default -> status.getReasonPhrase() + ".";
    };
  }
}
