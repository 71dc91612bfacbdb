package io.entrarelay.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/** Where pages would get the page of an error, the API's answer is a problem in JSON. */
final class ApiErrors extends OncePerRequestFilter {
  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    chain.doFilter(
        request, ApiProblems.concerns(request) ? new Problems(request, response) : response);
  }

  private static final class Problems extends HttpServletResponseWrapper {
    private final HttpServletRequest request;
    private final HttpServletResponse response;

    private Problems(HttpServletRequest request, HttpServletResponse response) {
      super(response);
      this.request = request;
      this.response = response;
    }

    @Override
    public void sendError(int code) throws IOException {
      response.resetBuffer();
      HttpStatus known = HttpStatus.resolve(code);
      HttpStatus status = known == null ? HttpStatus.INTERNAL_SERVER_ERROR : known;
      ApiProblems.write(request, response, status, ApiProblems.detail(status));
    }

    /** The message may be anything of Spring's own. */
    @Override
    public void sendError(int code, @Nullable String message) throws IOException {
      sendError(code);
    }
  }
}
