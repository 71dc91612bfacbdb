package io.entrarelay.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** The envelope of a sign-in's vendor form by a second way: from the record's tree. */
public final class SignInEnvelope {
  private SignInEnvelope() {}

  /**
   * Checks a line's envelope.
   *
   * @param line in vendor form
   * @param record as Graph sent it
   */
  public static void check(JsonNode line, JsonNode record) {
    checkText(line.get("time"), record.path("createdDateTime"));
    JsonNode errorCode = record.at("/status/errorCode");
    checkText(line.get("resultType"), errorCode);
    boolean success =
        errorCode.isValueNode()
            && line.has("resultType")
            && "0".equals(line.get("resultType").textValue());
    checkText(
        line.get("resultDescription"),
        success ? record.path("(none)") : record.at("/status/failureReason"));
    JsonNode duration = record.path("processingTimeInMilliseconds");
    assertThat(line.get("durationMs").decimalValue())
        .isEqualByComparingTo(duration.isNumber() ? duration.decimalValue() : BigDecimal.ZERO);
    checkText(line.get("callerIpAddress"), record.path("ipAddress"));
    checkText(line.get("correlationId"), record.path("correlationId"));
    JsonNode user = record.path("userDisplayName");
    checkText(line.get("identity"), hasValue(user) ? user : record.path("servicePrincipalName"));
    checkText(line.get("location"), record.at("/location/countryOrRegion"));
  }

  private static boolean hasValue(JsonNode value) {
    return value.isValueNode() && !value.isNull() && !value.asText().isEmpty();
  }

  private static void checkText(@Nullable JsonNode written, JsonNode value) {
    String text = written == null ? null : written.textValue();
    if (!hasValue(value)) {
      assertThat(written).isNull();
    } else if (value.isNumber()) {
      assertThat(text)
          .isNotNull()
          .matches(t -> new BigDecimal(t).compareTo(value.decimalValue()) == 0);
    } else {
      assertThat(text).isEqualTo(value.asText());
    }
  }
}
