package io.entrarelay.fuzz;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.record.FormLines;
import io.entrarelay.record.PageCutter;
import io.entrarelay.record.PageException;
import io.entrarelay.record.PageException.Kind;
import io.entrarelay.record.RandomJson;
import io.entrarelay.record.RecordBatch;
import io.entrarelay.record.Reports;
import io.entrarelay.record.Selection;
import io.entrarelay.record.SignInEnvelope;
import io.entrarelay.record.VendorForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A page of sign-ins: what a second reader takes for a page is cut into the same records, and
 * nothing else is; a record that is taken leaves as one line of vendor form that holds it.
 */
final class PageTarget implements FuzzTarget {
  private static final int LONGEST = 20_000;

  /** Beside a record's own bytes: the batch's room for 64 records, and an envelope. */
  private static final long ALLOCATED = 1 << 20;

  private static final ObjectMapper TREES =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private final PageCutter cutter = new PageCutter(Reports.signIns(), 42);
  private final VendorForm vendor = new VendorForm(Reports.signIns());

  @Override
  public String read(byte[] input) throws Exception {
    byte[] page = input.clone();
    PageByCharacters expected = PageByCharacters.read(input);
    RecordBatch batch;
    try {
      batch = Effort.within(ALLOCATED + 300L * page.length, () -> cutter.cut(page, page.length));
    } catch (PageException e) {
      Claim.isLine(e.getMessage(), 700);
      Claim.that(e.getCause() == null, "a cause, which may quote the page");
      Claim.that(
          expected == null || e.kind() == Kind.TOO_COMPLEX, "a sound page is refused: %s", e);
      return e.kind() + e.getMessage().substring(0, 30) + (e.ordinal() < 0);
    }
    if (expected == null) {
      Claim.that(
          PageByCharacters.decoded(input, 0, input.length) == null, "what is no page is cut");
    } else {
      check(batch, expected);
    }
    Selection taken = taken(batch, input);
    FormLines lines =
        Effort.within(
            ALLOCATED + 4L * page.length + 4_000L * taken.size(),
            () -> vendor.write(batch, taken, "tenant", "contoso", Instant.EPOCH));
    Claim.that(lines.size() == taken.size(), "%d lines of %d records", lines.size(), taken.size());
    for (int i = 0; i < lines.size(); i++) {
      checkLine(lines.line(i), batch.record(taken.ordinal(i)));
    }
    Claim.that(Arrays.equals(page, input), "the page was changed");
    return (expected == null) + "," + few(batch.size()) + "," + few(taken.size());
  }

  private static int few(int count) {
    return Math.min(count, 10);
  }

  private static void check(RecordBatch batch, PageByCharacters expected) {
    Claim.that(
        batch.size() == expected.elements.size(),
        "%d records of %d",
        batch.size(),
        expected.elements.size());
    Claim.that(
        Objects.equals(batch.nextLink(), expected.nextLink),
        "the nextLink is %s, not %s",
        batch.nextLink(),
        expected.nextLink);
    Map<String, Long> hashes = new HashMap<>();
    for (int i = 0; i < batch.size(); i++) {
      PageByCharacters.Element element = expected.elements.get(i);
      Claim.that(
          (batch.flaw(i) == null) == element.object(), "record %d: flaw %s", i, batch.flaw(i));
      String record = text(batch.record(i));
      Claim.that(
          element.tokens().equals(PageByCharacters.tokens(record)),
          "record %d is %s, not %s",
          i,
          record,
          element.tokens());
      Claim.that(batch.id(i).equals(element.id()), "id %s, not %s", batch.id(i), element.id());
      if (!element.id().isEmpty() && UTF_8.newEncoder().canEncode(element.id())) {
        Long other = hashes.putIfAbsent(element.id(), batch.idLow(i));
        Claim.that(other == null || other == batch.idLow(i), "two hashes of one id");
      }
      checkTime(batch.timeMillis(i), element.tokens());
    }
    Claim.that(hashes.values().stream().distinct().count() == hashes.size(), "one hash of two ids");
  }

  /** The time is what the JDK reads of the last createdDateTime, where it reads one. */
  private static void checkTime(long millis, List<String> tokens) {
    if (millis == RecordBatch.NO_TIME) {
      return;
    }
    boolean found = false;
    for (String token : tokens) {
      if (token.length() < 17 || token.charAt(5) != '-') {
        continue;
      }
      String text = token.substring(1).replaceFirst("(\\.\\d{9})\\d+", "$1");
      try {
        found |= OffsetDateTime.parse(text).toInstant().toEpochMilli() == millis;
      } catch (DateTimeException e) {
        // no time
      }
    }
    Claim.that(found, "no value reads as %d ms", millis);
  }

  /** The records without a flaw; what is no UTF-8 has one. */
  private static Selection taken(RecordBatch batch, byte[] page) {
    Selection taken = new Selection();
    int end = 0;
    for (int i = 0; i < batch.size(); i++) {
      Claim.that(batch.start(i) >= end && batch.end(i) > batch.start(i), "records overlap");
      end = batch.end(i);
      String flaw = batch.flaw(i);
      if (flaw == null) {
        Claim.that(
            PageByCharacters.decoded(page, batch.start(i), end) != null,
            "record %d is no UTF-8, and taken",
            i);
        taken.add(i, i % 12);
      } else {
        Claim.isLine(flaw, 200);
      }
    }
    Claim.that(end <= page.length, "a record ends behind the page");
    return taken;
  }

  private static void checkLine(byte[] bytes, byte[] record) throws IOException {
    String line = text(bytes);
    Claim.that(line.indexOf('\n') < 0 && line.indexOf('\r') < 0, "more than one line");
    String properties = text(record).replace('\n', ' ').replace('\r', ' ');
    Claim.that(
        line.endsWith(",\"properties\":" + properties + "}"),
        "%s does not end in the record %s",
        line,
        properties);
    Claim.that(PageByCharacters.tokens(line) != null, "the line is no JSON: %s", line);
    try {
      SignInEnvelope.check(TREES.readTree(bytes), TREES.readTree(record));
    } catch (JsonProcessingException | NumberFormatException e) {
      // numbers too large for a tree
    }
  }

  private static String text(byte[] utf8) {
    @Nullable String text = PageByCharacters.decoded(utf8, 0, utf8.length);
    Claim.that(text != null, "no UTF-8");
    return Objects.requireNonNull(text);
  }

  @Override
  public List<byte[]> seeds(Random random) throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    RandomJson json = new RandomJson(random);
    for (int i = 0; i < 60; i++) {
      List<String> records = Stream.generate(json::record).limit(random.nextInt(4)).toList();
      seeds.add(json.page(records).getBytes(UTF_8));
    }
    try (Stream<Path> golden = Files.walk(Path.of("src/test/resources/golden/vendor/signIns"))) {
      for (Path record : golden.filter(file -> file.endsWith("record.json")).toList()) {
        seeds.add(("{\"value\":[" + Files.readString(record) + "]}").getBytes(UTF_8));
      }
    }
    for (String odd :
        List.of(
            "",
            "<html>",
            "{\"error\":{\"code\":\"TooManyRequests\",\"message\":\"m\"}}",
            "{\"value\":[{\"error\":{\"code\":\"x\"}}]}",
            "{\"value\":[" + "[".repeat(1001) + "]".repeat(1001) + "]}",
            "\uFEFF{\"value\":[{\"id\":\"\\u0061\"},{\"id\":\"a\"},5,null]}",
            "{\"error\":{\"code\":\"eyJhbGciOiJSUzI1" + ".a".repeat(9_000) + "\"}}",
            "{\"error\":{\"message\":\"" + "a".repeat(19_000) + "\"}}",
            "{\"value\":[" + "{},".repeat(3_000) + "{}]}",
            "{\"value\":[],\"@odata.nextLink\":null}",
            "{\"value\":[{\"id\":\"a\",\"id\":null,\"ipAddress\":\"::1\",\"ipAddress\":{}}]}",
            "{\"value\":[{\"createdDateTime\":\"2026-05-01T10:05:00.12-02:30\"}]}",
            "{\"value\":[{\"createdDateTime\":\"2026-05-01T10:05:00.1234567\\u002B02:00\"}]}")) {
      seeds.add(odd.getBytes(UTF_8));
    }
    seeds.add("{\"value\":[]}".getBytes(UTF_16LE));
    return seeds;
  }

  @Override
  public int longest() {
    return LONGEST;
  }
}
