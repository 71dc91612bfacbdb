package io.entrarelay.sink.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.record.LineIdentity;
import io.entrarelay.sink.syslog.SyslogEncoder.Framing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a record looks like on its way, and that it can be read back whatever it holds. */
class SyslogEncoderTest {
  private static final Priority PRIORITY =
      new Priority(Facility.authpriv, Severity.informational, Severity.warning, Severity.critical);
  private static final Instant COLLECTED = Instant.parse("2026-11-22T13:00:00Z");

  private final List<String> refused = new ArrayList<>();

  private byte[] encoded(int limit, byte[] line) throws IOException {
    return encoded(limit, line, new LineIdentity("r-1", 0));
  }

  private byte[] encoded(int limit, byte[] line, LineIdentity identity) throws IOException {
    SyslogEncoder encoder =
        new SyslogEncoder(Framing.OCTET_COUNTING, PRIORITY, "relay.example.com", "4711", limit);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    encoder.begin("contoso", "signIns", "vendor", "7f3f5d6c", COLLECTED);
    encoder.add(
        line,
        0,
        line.length,
        identity,
        out::write,
        (bytes, start, end, of, size) -> {
          assertThat(of).isSameAs(identity);
          refused.add(encoder.reason(size));
        });
    encoder.flush(out::write);
    return out.toByteArray();
  }

  private Rfc5424Message message(String line) throws IOException {
    List<byte[]> frames = Rfc5424Message.frames(encoded(1 << 20, line.getBytes(UTF_8)));
    assertThat(frames).hasSize(1);
    return Rfc5424Message.parse(frames.get(0));
  }

  @Test
  void aRecordIsAFrameOfAMessage() throws IOException {
    String line =
        "{\"time\":\"2026-11-22T12:34:56.1234567Z\",\"resultType\":\"50126\",\"relay\":{\"revision\":0},"
            + "\"properties\":{\"id\":\"other\",\"name\":\"Zoë\"}}";
    String message =
        "<84>1 2026-11-22T12:34:56.123456Z relay.example.com entra-relay 4711 signIns"
            + " [relay@32473 integration=\"contoso\" report=\"signIns\" form=\"vendor\""
            + " tenantId=\"7f3f5d6c\" recordId=\"a\\]\\\"b\\\\c\" revision=\"2\"] \uFEFF"
            + line;
    LineIdentity identity = new LineIdentity("a]\"b\\c", 2);
    assertThat(new String(encoded(1000, line.getBytes(UTF_8), identity), UTF_8))
        .isEqualTo(message.getBytes(UTF_8).length + " " + message);
  }

  @Test
  void aTextThatIsNoJsonIsSentWithTheTimeOfItsReading() throws IOException {
    Rfc5424Message message = message("two\nlines");
    assertThat(message.time()).isEqualTo("2026-11-22T13:00:00.000Z");
    assertThat(message.priority()).isEqualTo(86);
    assertThat(message.data().get("relay@32473"))
        .containsEntry("recordId", "r-1")
        .containsEntry("revision", "0");
    assertThat(new String(message.message(), UTF_8)).isEqualTo("two\nlines");
  }

  @Test
  void whatIsNotKnownOfTheRecordIsLeftOut() throws IOException {
    for (LineIdentity identity :
        List.of(LineIdentity.UNKNOWN, new LineIdentity("r-1", -1), new LineIdentity(null, 0))) {
      byte[] line = "{\"id\":\"a\",\"properties\":{\"id\":\"b\"}}".getBytes(UTF_8);
      Rfc5424Message message =
          Rfc5424Message.parse(Rfc5424Message.frames(encoded(1000, line, identity)).get(0));
      Map<String, String> data = message.data().getOrDefault("relay@32473", Map.of());
      assertThat(data.get("recordId")).isEqualTo(identity.id());
      assertThat(data.get("revision")).isEqualTo(identity.revision() < 0 ? null : "0");
    }
  }

  @Test
  void bytesThatAreNoUtf8GoWithoutTheMark() throws IOException {
    byte[] latin = {'Z', (byte) 0xFC, 'r', 'i', 'c', 'h'};
    Rfc5424Message message =
        Rfc5424Message.parse(Rfc5424Message.frames(encoded(1000, latin)).get(0));
    assertThat(message.utf8()).isFalse();
    assertThat(message.message()).isEqualTo(latin);
  }

  @Test
  void whatIsOverTheLimitIsRefusedAndNotCut() throws IOException {
    byte[] line = "{\"properties\":{\"id\":\"a\"}}".getBytes(UTF_8);
    int size = Rfc5424Message.frames(encoded(1 << 20, line)).get(0).length;
    assertThat(encoded(size, line)).isNotEmpty();
    assertThat(refused).isEmpty();
    assertThat(encoded(size - 1, line)).isEmpty();
    assertThat(refused)
        .containsExactly(
            "the message has "
                + size
                + " bytes, more than relay.sinks.syslog.max-size ("
                + (size - 1)
                + "): raise it and the receiver's own limit, and try it again");
  }

  @Test
  void aDatagramHasALimitOfItsOwn() throws IOException {
    SyslogEncoder encoder = new SyslogEncoder(Framing.DATAGRAM, PRIORITY, "relay", "1", 1 << 20);
    encoder.begin("contoso", "signIns", "vendor", "t", COLLECTED);
    byte[] line = new byte[65_507];
    Arrays.fill(line, (byte) 'x');
    List<Integer> sizes = new ArrayList<>();
    for (int length : new int[] {65_200, 65_507}) {
      encoder.add(
          line,
          0,
          length,
          LineIdentity.UNKNOWN,
          (bytes, offset, size) -> sizes.add(size),
          (bytes, start, end, identity, size) -> refused.add(encoder.reason(size)));
    }
    assertThat(sizes).hasSize(1);
    assertThat(refused)
        .singleElement()
        .asString()
        .endsWith(
            "more than a datagram holds (65507): set relay.sinks.syslog.protocol: tls or tcp, and"
                + " try it again");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-22T12:34:56Z, 2026-11-22T12:34:56Z",
    "2026-11-22t12:34:56z, 2026-11-22T12:34:56Z",
    "2026-11-22T12:34Z, 2026-11-22T12:34:00Z",
    "2026-11-22T12:34:56.1+02:30, 2026-11-22T12:34:56.1+02:30",
    "2026-11-22T12:34:56.1234567Z, 2026-11-22T12:34:56.123456Z",
    "2026-11-22T12:34:56.123456789012-11:00, 2026-11-22T12:34:56.123456-11:00",
    "2026-02-30T12:34:56Z, 2026-11-22T13:00:00.000Z",
    "yesterday, 2026-11-22T13:00:00.000Z"
  })
  void theTimeIsTheRecords(String written, String sent) throws IOException {
    assertThat(message("{\"time\":\"" + written + "\"}").time()).isEqualTo(sent);
    assertThat(message("{\"@timestamp\":\"" + written + "\"}").time()).isEqualTo(sent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resultType\":\"0\",\"properties\":{\"riskState\":\"none\",\"riskLevelDuringSignIn\":\"low\"}}",
        "{\"resultType\":\"success\"}",
        "{\"properties\":{\"result\":\"success\"}}",
        "{\"properties\":{\"riskState\":\"remediated\",\"riskLevel\":\"high\"}}",
        "{\"properties\":{\"nested\":{\"result\":\"failure\",\"riskState\":\"atRisk\"}}}"
      })
  void whatWentWellIsInformational(String line) throws IOException {
    assertThat(message(line).priority()).isEqualTo(10 * 8 + 6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resultType\":\"50126\"}",
        "{\"resultType\":\"failure\"}",
        "{\"properties\":{\"result\":\"failure\"}}",
        "{\"properties\":{\"result\":\"timeout\"}}"
      })
  void aFailureIsAWarning(String line) throws IOException {
    assertThat(message(line).priority()).isEqualTo(10 * 8 + 4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resultType\":\"50126\",\"properties\":{\"riskState\":\"atRisk\"}}",
        "{\"properties\":{\"riskState\":\"confirmedCompromised\"}}",
        "{\"properties\":{\"riskLevelDuringSignIn\":\"medium\"}}",
        "{\"properties\":{\"riskLevelAggregated\":\"high\",\"riskState\":\"none\"}}"
      })
  void aRiskIsCritical(String line) throws IOException {
    assertThat(message(line).priority()).isEqualTo(10 * 8 + 2);
  }

  /** Names, ids and lines of any characters and sizes come back as they went in. */
  @Property(tries = 2000)
  void whatGoesInComesOut(@ForAll long seed) {
    Hostile hostile = new Hostile(new Random(seed));
    List<byte[]> records = new ArrayList<>();
    for (int i = hostile.random.nextInt(6); i >= 0; i--) {
      records.add(hostile.record());
    }
    EncodedAndRead.check(
        List.of(
            hostile.text(300),
            hostile.text(70),
            hostile.text(40),
            hostile.text(9),
            hostile.text(9),
            hostile.text(40)),
        records);
  }

  @Property(tries = 2000)
  void anyBytesGoInAndComeOut(@ForAll byte[] bytes) {
    EncodedAndRead.check(bytes);
  }
}
