package io.entrarelay.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Problem;
import io.entrarelay.onboard.IntegrationChanges;
import io.entrarelay.state.StoreException;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/**
 * What the API says where a request can't be carried out: what is wrong by its key, and never what
 * was given, which may be a private key in the wrong place.
 */
@RestControllerAdvice(annotations = RestController.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class ApiAdvice {
  private static final Logger LOG = LoggerFactory.getLogger(ApiAdvice.class);
  private static final Pattern DASHED = Pattern.compile("-([a-z])");
  private static final String MARK = "-----";

  /** One thing that is wrong in a request. */
  @Schema(name = "Error")
  record Error(
      @Schema(description = "where in the request: a property's or a parameter's name") String key,
      @Schema(description = "what is wrong") String cause,
      @Schema(description = "what to do") String remedy) {}

  /** One thing that is wrong, for {@link #wrong(Error...)}. */
  static Refused wrong(Error... errors) {
    return new Refused(List.of(errors));
  }

  /** Thrown by a controller that finds its request wrong by itself. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient List<Error> errors;

    private Refused(List<Error> errors) {
      super("the request is wrong");
      this.errors = errors;
    }
  }

  @ExceptionHandler
  ProblemDetail refused(Refused e) {
    return invalid(e.errors);
  }

  @ExceptionHandler
  ProblemDetail refused(Refusal refusal) {
    return ProblemDetail.forStatusAndDetail(refusal.status(), refusal.why());
  }

  @ExceptionHandler
  ProblemDetail configuration(ConfigurationException e) {
    ProblemDetail problem = invalid(e.problems().stream().map(ApiAdvice::error).toList());
    if (e instanceof IntegrationChanges.Conflict) {
      problem.setStatus(HttpStatus.CONFLICT);
      problem.setTitle(HttpStatus.CONFLICT.getReasonPhrase());
    }
    return problem;
  }

  private static Error error(Problem problem) {
    return new Error(
        DASHED.matcher(problem.key()).replaceAll(dash -> dash.group(1).toUpperCase(Locale.ROOT)),
        plain(problem.cause()),
        plain(problem.remedy()));
  }

  /** No PEM text: a private key may have been given where something else belongs. */
  private static String plain(String words) {
    int mark = words.indexOf(MARK);
    return mark < 0 ? words : words.substring(0, mark) + "…";
  }

  @ExceptionHandler
  ProblemDetail unreadable(HttpMessageNotReadableException e) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof RequestBound.TooLong) {
        return ProblemDetail.forStatusAndDetail(
            HttpStatus.PAYLOAD_TOO_LARGE, ApiProblems.detail(HttpStatus.PAYLOAD_TOO_LARGE));
      }
    }
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof UnrecognizedPropertyException unknown) {
        String known =
            unknown.getKnownPropertyIds() == null
                ? ""
                : unknown.getKnownPropertyIds().stream()
                    .map(String::valueOf)
                    .sorted()
                    .collect(Collectors.joining(", "));
        return invalid(
            List.of(
                error(
                    new Problem(
                        "", 0, path(unknown), "is not known", "These are known: " + known))));
      }
      if (each instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
        return invalid(
            List.of(
                error(
                    new Problem(
                        "",
                        0,
                        path(mapping),
                        "is of another type than it should be, or there twice",
                        "See " + ApiRules.DESCRIPTION))));
      }
      if (each instanceof JsonProcessingException json) {
        return ProblemDetail.forStatusAndDetail(
            HttpStatus.BAD_REQUEST, "The body is no JSON object" + place(json) + ".");
      }
    }
    return ProblemDetail.forStatusAndDetail(
        HttpStatus.BAD_REQUEST, "The body is missing, or can't be read.");
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(
            part -> part.getFieldName() == null ? "[" + part.getIndex() + "]" : part.getFieldName())
        .collect(Collectors.joining("."));
  }

  private static String place(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : " (line "
            + e.getLocation().getLineNr()
            + ", column "
            + e.getLocation().getColumnNr()
            + ")";
  }

  @ExceptionHandler
  ProblemDetail ofAnotherType(MethodArgumentTypeMismatchException e) {
    return invalid(
        List.of(
            new Error(
                e.getName(),
                "is of another type than it should be",
                "See " + ApiRules.DESCRIPTION)));
  }

  @ExceptionHandler
  ProblemDetail store(StoreException e) {
    LOG.warn("the API did not get to the state store: {}", e.getMessage());
    return ProblemDetail.forStatusAndDetail(
        HttpStatus.SERVICE_UNAVAILABLE,
        "The state store can't be reached now. See to its disk or server, and try again.");
  }

  /** What Spring finds wrong says so by itself; anything else is a mistake of ours. */
  @ExceptionHandler
  ProblemDetail unexpected(Exception e) {
    if (e instanceof ErrorResponse known) {
      return known.getBody();
    }
    LOG.error("the API failed", e);
    return ProblemDetail.forStatusAndDetail(
        HttpStatus.INTERNAL_SERVER_ERROR, ApiProblems.detail(HttpStatus.INTERNAL_SERVER_ERROR));
  }

  private static ProblemDetail invalid(List<Error> errors) {
    ProblemDetail problem =
        ProblemDetail.forStatusAndDetail(
            HttpStatus.BAD_REQUEST, "Nothing was changed: see errors for what is wrong.");
    problem.setProperty("errors", errors);
    return problem;
  }
}
