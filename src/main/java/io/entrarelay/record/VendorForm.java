package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * Writes a report's records in vendor form: the envelope of Azure Monitor resource logs, with the
 * record byte for byte as {@code properties}. Made once for a report; safe for several threads.
 *
 * <p>The envelope's keys have one order; a key without a value (missing, null, "" or no scalar) is
 * left out. Texts are copied as Graph wrote them, escapes and all. Line breaks between the record's
 * tokens become spaces, so that a record stays a line.
 */
public final class VendorForm {
  private static final DateTimeFormatter RFC_3339_MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private static final byte[] SIGNATURE = "\"resultSignature\":\"None\",".getBytes(UTF_8);
  private static final byte[] DURATION = "\"durationMs\":".getBytes(UTF_8);
  private static final byte[] LEVEL = "\"Level\":4,".getBytes(UTF_8);
  private static final byte[] PROPERTIES = "},\"properties\":".getBytes(UTF_8);

  private final String report;
  private final String category;
  private final Key time;
  private final Key operationName;
  private final Key resultType;
  private final Key resultDescription;
  private final Key callerIpAddress;
  private final Key correlationId;
  private final Key identity;
  private final Key location;
  private final Envelope.Source durationMs;

  /** A key of the envelope, as {@code "name":}, and where its value comes from. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Key(byte[] name, Envelope.Source source) {}

  /**
   * @throws IllegalArgumentException where the report's definition is faulty; the message names the
   *     report and the key
   */
  public VendorForm(Report definition) {
    Envelope envelope = new Envelope(definition);
    report = envelope.report();
    category = envelope.category();
    time = key(envelope, "time");
    operationName = key(envelope, "operationName");
    resultType = key(envelope, "resultType");
    resultDescription = key(envelope, "resultDescription");
    callerIpAddress = key(envelope, "callerIpAddress");
    correlationId = key(envelope, "correlationId");
    identity = key(envelope, "identity");
    location = key(envelope, "location");
    durationMs = envelope.source("durationMs");
  }

  /**
   * Checks a report's definition.
   *
   * @throws IllegalArgumentException where it is faulty, as the constructor
   */
  public static void check(Report definition) {
    Envelope envelope = new Envelope(definition);
    key(envelope, "time");
  }

  private static Key key(Envelope envelope, String name) {
    return new Key(("\"" + name + "\":").getBytes(UTF_8), envelope.source(name));
  }

  /**
   * Writes the selected records, a line each.
   *
   * @param batch a page of this form's report
   * @param which the records, in the lines' order, with their revisions
   * @param tenantId the polled tenant's GUID
   * @param integration the integration's name
   * @param collectedAt when the page was read; written in UTC with milliseconds
   */
  public FormLines write(
      RecordBatch batch,
      Selection which,
      String tenantId,
      String integration,
      Instant collectedAt) {
    if (!batch.report().equals(report)) {
      throw new IllegalArgumentException(
          String.format("A page of %s can't be written as %s.", batch.report(), report));
    }
    byte[] resource =
        ("\"resourceId\":" + quoted("/tenants/" + tenantId + "/providers/Microsoft.aadiam") + ",")
            .getBytes(UTF_8);
    byte[] origin =
        ("\"operationVersion\":\"1.0\",\"category\":"
                + quoted(category)
                + ",\"tenantId\":"
                + quoted(tenantId)
                + ",")
            .getBytes(UTF_8);
    byte[] relay =
        ("\"relay\":{\"integration\":"
                + quoted(integration)
                + ",\"report\":"
                + quoted(report)
                + ",\"collectedAt\":\""
                + RFC_3339_MILLIS.format(collectedAt)
                + "\",\"revision\":")
            .getBytes(UTF_8);
    VendorLines lines = new VendorLines(batch, which.size());
    for (int i = 0; i < which.size(); i++) {
      lines.begin(which.ordinal(i));
      lines.key(time);
      lines.text(resource);
      lines.key(operationName);
      lines.text(origin);
      lines.key(resultType);
      lines.text(SIGNATURE);
      if (!lines.isZero(resultType)) {
        lines.key(resultDescription);
      }
      lines.text(DURATION);
      lines.numberOrZero(durationMs);
      lines.key(callerIpAddress);
      lines.key(correlationId);
      lines.key(identity);
      lines.text(LEVEL);
      lines.key(location);
      lines.text(relay);
      lines.number(which.revision(i));
      lines.text(PROPERTIES);
      lines.recordAndEnd();
    }
    return lines.done();
  }

  private static String quoted(String text) {
    return new String(Envelope.quoted(text), UTF_8);
  }
}
