package io.entrarelay.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Changed inputs, as many as five seconds allow: an hour under {@code -Psoak}, or {@code
 * -Dfuzz.seconds=300 -Dfuzz.target=page}. Each run has a seed, and {@code -Dfuzz.seed=7} tries the
 * same inputs again; an input whose outcome is new is kept to go on from.
 */
class FuzzIT {
  /** Outcomes may hold what was read: no more inputs than this are kept. */
  private static final int MOST_KEPT = 4_000;

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 100, unit = TimeUnit.HOURS)
  void findsNothing(Fuzzed fuzzed) throws Exception {
    String only = System.getProperty("fuzz.target");
    assumeTrue(only == null || only.equals(fuzzed.toString()), "another target is asked for");
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    Random random = new Random(seed);
    FuzzTarget target = fuzzed.target();
    List<byte[]> pool = new ArrayList<>();
    for (Path file : fuzzed.findings()) {
      pool.add(Files.readAllBytes(file));
    }
    pool.addAll(target.seeds(random));
    List<byte[]> first = List.copyOf(pool);
    Mutations mutations = new Mutations(random, fuzzed.dictionary(), target.longest());
    Set<String> outcomes = new HashSet<>();
    Duration time = Duration.ofSeconds(Integer.getInteger("fuzz.seconds", 5));
    long started = System.nanoTime();
    long tried = 0;
    for (; tried % 64 != 0 || System.nanoTime() - started < time.toNanos(); tried++) {
      byte[] input =
          mutations.of(
              pool.get(random.nextInt(pool.size())), pool.get(random.nextInt(pool.size())));
      String outcome = outcome(fuzzed, target, input, seed);
      if (pool.size() < MOST_KEPT && outcomes.add(outcome) && tried >= first.size()) {
        pool.add(input);
      }
    }
    System.out.printf(
        "FuzzIT %s: -Dfuzz.seed=%d: %d inputs, %d a second, %d outcomes%n",
        fuzzed, seed, tried, tried * 1_000 / Math.max(1, time.toMillis()), outcomes.size());
    assertThat(outcomes).as("inputs reach more than the first check").hasSizeGreaterThan(5);
  }

  private static String outcome(Fuzzed fuzzed, FuzzTarget target, byte[] input, long seed)
      throws Exception {
    try {
      return target.read(input);
    } catch (Exception | Error found) {
      Path file = Path.of("target/fuzz", fuzzed.toString(), "found-" + Long.toHexString(seed));
      Files.createDirectories(file.getParent());
      Files.write(file, input);
      throw new AssertionError(
          String.format(
              "%s%nThe input is in %s; read it again by: mvn test -Dtest=FuzzInputsTest"
                  + " -Dfuzz.target=%s -Dfuzz.input=%s%nKeep it in %s. -Dfuzz.seed=%d finds it"
                  + " again.",
              found, file, fuzzed, file, fuzzed.kept(), seed),
          found);
    }
  }
}
