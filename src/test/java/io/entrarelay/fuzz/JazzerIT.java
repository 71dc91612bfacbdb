package io.entrarelay.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Coverage-guided fuzzing by Jazzer, each target in a process of its own: an hour under {@code
 * -Psoak}, or {@code -Dfuzz.seconds=300 -Dfuzz.target=page -Dfuzz.seed=7}. Not below a minute, most
 * of which would go into instrumenting classes: {@link FuzzIT} is for that.
 */
class JazzerIT {
  private static final Path OUT = Path.of("target/fuzz");

  /** The code whose branches lead the fuzzer. */
  private static final String INSTRUMENTED =
      "io.entrarelay.**:com.fasterxml.jackson.core.json.UTF8*:org.yaml.snakeyaml.**"
          + ":org.bouncycastle.asn1.**";

  /** How long one input may take by the clock: only for what never ends, see {@link Effort}. */
  private static final int ENDLESS_SECONDS = 60;

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 100, unit = TimeUnit.HOURS)
  void findsNothing(Fuzzed fuzzed) throws Exception {
    assumeTrue(hasDriver(), "Jazzer has no driver for this system: fuzzing runs on Linux x86-64");
    String only = System.getProperty("fuzz.target");
    assumeTrue(only == null || only.equals(fuzzed.toString()), "another target is asked for");
    int seconds = Integer.getInteger("fuzz.seconds", 5);
    assumeTrue(seconds >= 60, "coverage-guided fuzzing takes -Dfuzz.seconds=60 or more");
    int seed = Integer.getInteger("fuzz.seed", new Random().nextInt(Integer.MAX_VALUE - 1) + 1);
    Path folder = OUT.resolve(fuzzed.toString()).resolve("jazzer");
    Path corpus = folder.resolve("corpus");
    Path begin = folder.resolve("begin");
    Files.createDirectories(corpus);
    write(fuzzed.target().seeds(new Random(seed)), begin);
    Path log = folder.resolve("log");

    Process process =
        new ProcessBuilder(command(fuzzed, seconds, seed, folder, corpus, begin))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(seconds + 300L, TimeUnit.SECONDS)).as("it ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1);
    String result =
        said.lines().filter(line -> line.startsWith("Done ")).findFirst().orElse("no result");
    System.out.printf("JazzerIT %s: -Dfuzz.seed=%d: %s%n", fuzzed, seed, result);
    assertThat(process.exitValue()).as(() -> finding(fuzzed, said, folder)).isZero();
    assertThat(result).startsWith("Done ");
  }

  private static List<String> command(
      Fuzzed fuzzed, int seconds, int seed, Path folder, Path corpus, Path begin)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:+EnableDynamicAgentLoading"));
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + JazzerMain.class.getName(),
            "--target_args=" + fuzzed,
            "--instrumentation_includes=" + INSTRUMENTED,
            "--custom_hook_includes=" + INSTRUMENTED,
            "--reproducer_path=" + folder,
            "-artifact_prefix=" + folder + "/",
            "-dict=" + fuzzed.dictionary(),
            "-max_len=" + fuzzed.target().longest(),
            "-max_total_time=" + seconds,
            "-timeout=" + ENDLESS_SECONDS,
            "-rss_limit_mb=0", // the heap's limit is enough
            "-seed=" + seed,
            "-print_final_stats=1",
            corpus.toString(),
            begin.toString()));
    if (Files.isDirectory(fuzzed.kept())) {
      command.add(fuzzed.kept().toString());
    }
    return command;
  }

  private static String finding(Fuzzed fuzzed, String said, Path folder) {
    int at = said.indexOf("== ");
    return String.format(
        "Jazzer found an input (see %s). Read it again by: mvn test -Dtest=FuzzInputsTest"
            + " -Dfuzz.target=%s -Dfuzz.input=%s/crash-…; keep it in %s.%n%s",
        folder.resolve("log"), fuzzed, folder, fuzzed.kept(), said.substring(Math.max(at, 0)));
  }

  private static void write(List<byte[]> seeds, Path begin) throws IOException {
    Files.createDirectories(begin);
    try (Stream<Path> old = Files.list(begin)) {
      for (Path file : old.toList()) {
        Files.delete(file);
      }
    }
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(begin.resolve(String.format(Locale.ROOT, "%04d", i)), seeds.get(i));
    }
  }

  private static boolean hasDriver() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64");
  }
}
