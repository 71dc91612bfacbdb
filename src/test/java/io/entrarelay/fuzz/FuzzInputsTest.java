package io.entrarelay.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Inputs of past findings stay harmless, and what the fuzzer begins with is. One input alone:
 * {@code mvn test -Dtest=FuzzInputsTest -Dfuzz.target=page -Dfuzz.input=target/fuzz/page/crash-…}
 */
class FuzzInputsTest {
  @TestFactory
  @Timeout(60)
  Stream<DynamicTest> findingsStayHarmless() throws Exception {
    String target = System.getProperty("fuzz.target");
    String input = System.getProperty("fuzz.input");
    List<DynamicTest> tests = new ArrayList<>();
    for (Fuzzed fuzzed : Fuzzed.values()) {
      if (target != null && !target.equals(fuzzed.toString())) {
        continue;
      }
      FuzzTarget reader = fuzzed.target();
      for (Path file : input == null ? fuzzed.findings() : List.of(Path.of(input))) {
        tests.add(
            DynamicTest.dynamicTest(
                fuzzed + " " + file.getFileName(), () -> reader.read(Files.readAllBytes(file))));
      }
    }
    assertThat(tests).as("inputs of findings").isNotEmpty();
    return tests.stream();
  }

  @Test
  @Timeout(120)
  void whatTheFuzzerBeginsWithIsHarmless() throws Exception {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    for (Fuzzed fuzzed : Fuzzed.values()) {
      FuzzTarget reader = fuzzed.target();
      for (byte[] input : fuzzed.target().seeds(new Random(seed))) {
        try {
          reader.read(input);
        } catch (Exception | AssertionError e) {
          Path file = Path.of("target/fuzz", fuzzed.toString(), "seed");
          Files.createDirectories(file.getParent());
          Files.write(file, input);
          throw new AssertionError(
              String.format("-Dfuzz.seed=%d, see %s: %s", seed, file, e.getMessage()), e);
        }
      }
    }
  }
}
