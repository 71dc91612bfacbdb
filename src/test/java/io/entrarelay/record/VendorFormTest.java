package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class VendorFormTest {
  private static final String TENANT = "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01";
  private static final Instant COLLECTED = Instant.parse("2026-05-01T10:06:00.1239Z");

  private static String vendor(Report report, String record) throws PageException {
    byte[] page = ("{\"value\":[" + record + "]}").getBytes(UTF_8);
    RecordBatch batch = new PageCutter(report, 1).cut(page, page.length);
    FormLines lines =
        new VendorForm(report).write(batch, Selection.all(batch), TENANT, "contoso", COLLECTED);
    assertThat(lines.size()).isEqualTo(1);
    String line = new String(lines.toBytes(), UTF_8);
    assertThat(line).endsWith("\n");
    return line.substring(0, line.length() - 1);
  }

  @Test
  void signInWithAllValues() throws PageException {
    String record =
        "{\"id\": \"a\", \"createdDateTime\":\"2026-05-01T10:05:00.1234567Z\","
            + "\"status\":{\"errorCode\":50126,\"failureReason\":\"Error \\u00e9\"},"
            + "\"processingTimeInMilliseconds\":120,\"ipAddress\":\"203.0.113.10\","
            + "\"correlationId\":\"c\",\"userDisplayName\":\"Adele \\ud800\","
            + "\"location\":{\"city\":null,\"countryOrRegion\":\"NL\"}}";
    assertThat(vendor(Reports.signIns(), record))
        .isEqualTo(
            "{\"time\":\"2026-05-01T10:05:00.1234567Z\","
                + "\"resourceId\":\"/tenants/"
                + TENANT
                + "/providers/Microsoft.aadiam\","
                + "\"operationName\":\"Sign-in activity\",\"operationVersion\":\"1.0\","
                + "\"category\":\"SignInLogs\",\"tenantId\":\""
                + TENANT
                + "\",\"resultType\":\"50126\",\"resultSignature\":\"None\","
                + "\"resultDescription\":\"Error \\u00e9\",\"durationMs\":120,"
                + "\"callerIpAddress\":\"203.0.113.10\",\"correlationId\":\"c\","
                + "\"identity\":\"Adele \\ud800\",\"Level\":4,\"location\":\"NL\","
                + "\"relay\":{\"integration\":\"contoso\",\"report\":\"signIns\","
                + "\"collectedAt\":\"2026-05-01T10:06:00.123Z\",\"revision\":0},"
                + "\"properties\":"
                + record
                + "}");
  }

  @Test
  void refusesAPageOfAnotherReport() throws PageException {
    byte[] page = "{\"value\":[]}".getBytes(UTF_8);
    RecordBatch batch = new PageCutter(Reports.signIns(), 1).cut(page, page.length);
    assertThatThrownBy(
            () ->
                new VendorForm(Reports.directoryAudits())
                    .write(batch, Selection.all(batch), TENANT, "contoso", COLLECTED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A page of signIns can't be written as directoryAudits.");
  }
}
