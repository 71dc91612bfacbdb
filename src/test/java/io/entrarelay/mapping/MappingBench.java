package io.entrarelay.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What a form costs a record: from its tree to the bytes of the document; the usual sign-in is one
 * with MFA and several Conditional Access policies. The median is p0.50.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class MappingBench {
  @Param({"ocsf", "ecs", "taegis"})
  @SuppressWarnings("NullAway.Init") // JMH sets it
  public String form;

  @Param({"signIns/success-with-mfa-and-policies", "directoryAudits/user-adds-user"})
  @SuppressWarnings("NullAway.Init") // JMH sets it
  public String story;

  @SuppressWarnings("NullAway.Init") // set before all
  private Mapping mapping;

  @SuppressWarnings("NullAway.Init") // set before all
  private byte[] bytes;

  @SuppressWarnings("NullAway.Init") // set before all
  private Map<String, JsonNode> variables;

  @SuppressWarnings("NullAway.Init") // set before all
  private JsonNode record;

  @Setup
  public void compile() throws IOException {
    String report = story.replaceAll("/.*", "");
    Golden golden = new Golden(form, report, story.replaceAll(".*/", ""));
    mapping = Mappings.compile(Golden.MAPPINGS, List.of(form)).of(form, report);
    record = golden.record();
    bytes = record.toString().getBytes(UTF_8);
    variables = golden.variables();
  }

  /** The mapping alone. */
  @Benchmark
  public byte[] map() throws MappingFailure {
    return mapping.map(record, variables);
  }

  /** With reading the record. */
  @Benchmark
  public byte[] readAndMap() throws IOException, MappingFailure {
    return mapping.map(Jslt.tree(bytes, 0, bytes.length), variables);
  }

  public static void main(String[] arguments) throws RunnerException {
    OptionsBuilder options = new OptionsBuilder();
    options.include(MappingBench.class.getName());
    new Runner(options.build()).run();
  }
}
