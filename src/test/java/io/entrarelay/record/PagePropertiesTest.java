package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Holds for any page: random JSON of every shape, and pages that were damaged on the way. */
class PagePropertiesTest {
  private static final ObjectMapper STRICT =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNumberLength(100_000).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final PageCutter CUTTER = new PageCutter(Reports.signIns(), 3);
  private static final VendorForm VENDOR = new VendorForm(Reports.signIns());

  private static FormLines vendor(RecordBatch batch) {
    return VENDOR.write(batch, Selection.all(batch), "tenant", "contoso", Instant.EPOCH);
  }

  @Property(tries = 1500)
  void recordsLeaveAsTheyCame(@ForAll long seed) throws IOException, PageException {
    RandomJson json = new RandomJson(new Random(seed));
    List<String> records = new ArrayList<>();
    for (int i = json.random.nextInt(5); i >= 0; i--) {
      records.add(json.record());
    }
    byte[] page = json.page(records).getBytes(UTF_8);
    RecordBatch batch = CUTTER.cut(page, page.length);
    FormLines lines = vendor(batch);
    FormLines stored =
        FormLines.read(lines.identified(batch, Selection.all(batch)).compressed(), 100 << 20);
    assertThat(lines.size()).isEqualTo(batch.size()).isEqualTo(records.size());
    for (int i = 0; i < records.size(); i++) {
      assertThat(new String(batch.record(i), UTF_8)).isEqualTo(records.get(i));
      String line = new String(lines.line(i), UTF_8);
      assertThat(line)
          .doesNotContain("\n", "\r")
          .endsWith(",\"properties\":" + records.get(i).replaceAll("[\r\n]", " ") + "}");
      String id = batch.id(i);
      assertThat(stored.identity(i)).isEqualTo(new LineIdentity(id.isEmpty() ? null : id, 0));
      SignInEnvelope.check(STRICT.readTree(lines.line(i)), STRICT.readTree(records.get(i)));
    }
  }

  /** A damaged page is refused in words or still a page whose lines are JSON; nothing else. */
  @Property(tries = 4000)
  void damagedPagesAreRefusedOrCut(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    RandomJson json = new RandomJson(random);
    byte[] page = json.page(List.of(json.record(), json.record())).getBytes(UTF_8);
    for (int i = random.nextInt(4); i >= 0; i--) {
      page = damaged(page, random);
    }
    RecordBatch batch;
    try {
      batch = CUTTER.cut(page, page.length);
    } catch (PageException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    FormLines lines = vendor(batch);
    for (int i = 0; i < batch.size(); i++) {
      assertThat(batch.id(i)).isNotNull();
      if (batch.flaw(i) != null) {
        continue; // it is set aside, as an element that is no object is
      }
      byte[] line = lines.line(i);
      assertThat(new String(line, UTF_8)).doesNotContain("\n", "\r");
      checkIsJson(line);
    }
  }

  @Example
  void anElementThatIsNoObjectIsSetAside() throws IOException, PageException {
    damagedPagesAreRefusedOrCut(12555076343555L);
    byte[] page = "{\"value\":[{\"id\":\"a\"},0]}".getBytes(UTF_8);
    RecordBatch batch = CUTTER.cut(page, page.length);
    assertThat(batch.flaw(0)).isNull();
    assertThat(batch.flaw(1)).isNotNull();
  }

  /** By its tokens: a damaged number may be too large for a tree and is still JSON. */
  private static void checkIsJson(byte[] line) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(line)) {
      assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      JsonToken properties = null;
      String name;
      while ((name = parser.nextFieldName()) != null) {
        JsonToken token = parser.nextToken();
        if (name.equals("properties")) {
          properties = token;
        }
        parser.skipChildren();
        parser.finishToken();
      }
      assertThat(properties).isEqualTo(JsonToken.START_OBJECT);
      assertThat(parser.nextToken()).isNull();
    }
  }

  private static byte[] damaged(byte[] page, Random random) {
    if (page.length == 0) {
      return page;
    }
    int at = random.nextInt(page.length);
    int length = Math.min(page.length - at, random.nextInt(20));
    byte[] result = page.clone();
    switch (random.nextInt(6)) {
      case 0 -> result[at] = (byte) random.nextInt(256);
      case 1 -> result[at] = (byte) "{}[]\",:\\0e-.\n u".charAt(random.nextInt(15));
      case 2 -> result = Arrays.copyOf(page, at);
      case 3 ->
          System.arraycopy(page, random.nextInt(page.length - length + 1), result, at, length);
      case 4 -> { // left out
        result = Arrays.copyOf(page, page.length - length);
        System.arraycopy(page, at + length, result, at, page.length - at - length);
      }
      default -> { // doubled
        result = Arrays.copyOf(page, page.length + length);
        System.arraycopy(page, at, result, at + length, page.length - at);
      }
    }
    return result;
  }
}
