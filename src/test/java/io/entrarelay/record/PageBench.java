package io.entrarelay.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What a record costs on its way from a page of 1,000 sign-ins to vendor form, beside the bare
 * token scan of the same page. Read the ratios, not the times.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(PageBench.RECORDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class PageBench {
  static final int RECORDS = 1000;
  private static final Path SIGN_IN =
      Path.of("src/test/resources/golden/vendor/signIns/success-with-mfa/record.json");

  private final JsonFactory bare = new JsonFactory();
  private final PageCutter cutter = new PageCutter(Reports.signIns(), 7);
  private final VendorForm vendor = new VendorForm(Reports.signIns());
  private byte[] page = new byte[0];

  @Setup
  public void makePage() throws IOException {
    ObjectMapper json = new ObjectMapper();
    String record = json.writeValueAsString(json.readTree(Files.readAllBytes(SIGN_IN)));
    StringBuilder text = new StringBuilder("{\"@odata.context\":\"signIns\",\"value\":[");
    for (int i = 0; i < RECORDS; i++) {
      text.append(i == 0 ? "" : ",")
          .append(
              record.replace("00000005-0000-4000-8000", String.format("%08x-0000-4000-8000", i)));
    }
    page = text.append("]}").toString().getBytes(UTF_8);
  }

  @Benchmark
  public int tokenScan() throws IOException {
    int tokens = 0;
    try (JsonParser parser = bare.createParser(page)) {
      while (parser.nextToken() != null) {
        tokens++;
      }
    }
    return tokens;
  }

  @Benchmark
  public RecordBatch cutAndHash() throws PageException {
    return cutter.cut(page, page.length);
  }

  @Benchmark
  public FormLines cutHashAndVendor() throws PageException {
    RecordBatch batch = cutter.cut(page, page.length);
    return vendor(batch, Selection.all(batch));
  }

  private FormLines vendor(RecordBatch batch, Selection all) {
    return vendor.write(
        batch, all, "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01", "contoso", Instant.EPOCH);
  }

  @Benchmark
  public byte[] cutHashVendorAndCompress() throws PageException {
    RecordBatch batch = cutter.cut(page, page.length);
    Selection all = Selection.all(batch);
    return vendor(batch, all).identified(batch, all).compressed();
  }

  public static void main(String[] arguments) throws RunnerException {
    Collection<RunResult> results =
        new Runner(new OptionsBuilder().include(PageBench.class.getName()).build()).run();
    double scan = score(results, "tokenScan");
    for (RunResult result : results) {
      String name = result.getPrimaryResult().getLabel();
      System.out.printf(
          "%-26s %6.2f µs a record, %.2f of the token scan%n",
          name, score(results, name), score(results, name) / scan);
    }
  }

  private static double score(Collection<RunResult> results, String name) {
    return results.stream()
        .filter(result -> result.getPrimaryResult().getLabel().equals(name))
        .findFirst()
        .orElseThrow()
        .getPrimaryResult()
        .getScore();
  }
}
