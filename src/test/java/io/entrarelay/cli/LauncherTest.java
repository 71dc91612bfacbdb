package io.entrarelay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/entra-relay} with a stand-in for Java that prints what it is asked. */
@NullUnmarked
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherTest {
  @TempDir Path folder;
  private Path launcher;
  private Path target;
  private Path javaHome;
  private Path jar;

  private record Result(int exitCode, String out, String err, long pid) {}

  @BeforeEach
  void checkout() throws IOException {
    folder = folder.toRealPath();
    Path bin = Files.createDirectory(folder.resolve("bin"));
    launcher = Files.copy(Path.of("bin/entra-relay"), bin.resolve("entra-relay"));
    executable(launcher);
    target = Files.createDirectory(folder.resolve("target"));
    jar = Files.writeString(target.resolve("entra-relay.jar"), "jar");
    javaHome = java("17.0.15");
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path java(String version) throws IOException {
    Path home = folder.resolve("java " + version);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "A=\"b\"\nJAVA_VERSION=\"" + version + "\"\n");
    Path java =
        Files.writeString(
            home.resolve("bin/java"),
            """
            #!/bin/sh
            for argument; do
              case $argument in
                -version) echo 'openjdk version "%s"' >&2; exit ;;
                -XX:DumpLoadedClassList=*) echo picocli a > "${argument#*=}"; echo java/b >> "${argument#*=}"; exit ;;
                -XX:SharedClassListFile=*) list=${argument#*=} ;;
                -XX:SharedArchiveFile=*.jsa.*) cat "$list" > "${argument#*=}"; echo trained; exit ;;
              esac
            done
            echo "pid=$$"
            for argument; do echo "[$argument]"; done
            """
                .formatted(version));
    executable(java);
    return home;
  }

  private Process start(Map<String, String> environment, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("ENTRA_RELAY_"));
    builder.environment().put("JAVA_HOME", javaHome.toString());
    environment.forEach(
        (name, value) -> {
          if (value.isEmpty()) {
            builder.environment().remove(name);
          } else {
            builder.environment().put(name, value);
          }
        });
    return builder.start();
  }

  private static Result result(Process process) throws IOException, InterruptedException {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), out, err, process.pid());
  }

  private Result run(Map<String, String> environment, String... arguments) throws Exception {
    return result(start(environment, arguments));
  }

  private Path archive() {
    return target.resolve("entra-relay-17.0.15.jsa");
  }

  @Test
  void theJvmTakesTheLaunchersPlaceSoThatSignalsReachIt() throws Exception {
    Result result = run(Map.of(), "check", "two words", "*", "");

    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .startsWith("pid=" + result.pid() + "\n")
        .endsWith("[-jar]\n[" + jar + "]\n[check]\n[two words]\n[*]\n[]\n")
        .doesNotContain("trained", "TieredStopAtLevel");
  }

  @Test
  void anArchiveIsMadeOnceAndUsed() throws Exception {
    assertThat(run(Map.of()).out()).contains("[-XX:SharedArchiveFile=" + archive() + "]");
    assertThat(archive()).hasContent("java/b");

    Files.writeString(archive(), "kept");
    assertThat(run(Map.of()).out()).contains("[-XX:SharedArchiveFile=" + archive() + "]");
    assertThat(archive()).hasContent("kept");
  }

  @Test
  void aNewJarGetsANewArchive() throws Exception {
    Files.writeString(archive(), "old");
    Files.setLastModifiedTime(archive(), FileTime.from(Instant.now().minusSeconds(60)));
    run(Map.of());
    assertThat(archive()).hasContent("java/b");
  }

  @Test
  void anotherJavaGetsItsOwnArchive() throws Exception {
    Files.writeString(archive(), "of 17");
    Result result = run(Map.of("JAVA_HOME", java("25").toString()));
    assertThat(result.out()).contains("[-XX:SharedArchiveFile=" + target + "/entra-relay-25.jsa]");
    assertThat(archive()).hasContent("of 17");
  }

  @Test
  void whereNoneCanBeMadeItStartsWithoutAndDoesNotTryAgain() throws Exception {
    Path java = javaHome.resolve("bin/java");
    Files.writeString(
        java,
        Files.readString(java)
            .replace("cat \"$list\" > \"${argument#*=}\"", "echo try >> " + folder + "/tries"));
    for (int i = 0; i < 2; i++) {
      Result result = run(Map.of(), "check");
      assertThat(result.out()).contains("[check]").doesNotContain("SharedArchiveFile");
    }
    assertThat(folder.resolve("tries")).hasContent("try");
  }

  @Test
  void aDirectoryThatIsNotWritableHasNoArchive() throws Exception {
    assumeFalse(System.getProperty("user.name").equals("root"), "root may write anywhere");
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assertThat(run(Map.of(), "check").out()).contains("[check]").doesNotContain("Archive");
    } finally {
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void startsAtTheSameTimeAllSucceedAndLeaveOneArchive() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      processes.add(start(Map.of(), "check"));
    }
    for (Process process : processes) {
      Result result = result(process);
      assertThat(result.exitCode()).isZero();
      assertThat(result.out()).contains("[-XX:SharedArchiveFile=" + archive() + "]", "[check]");
      assertThat(result.err()).isEmpty();
    }
    try (var files = Files.list(target)) {
      assertThat(files).containsExactlyInAnyOrder(jar, archive());
    }
  }

  @Test
  void moreOptionsForTheJvmComeFromTheEnvironment() throws Exception {
    assertThat(run(Map.of("ENTRA_RELAY_JAVA_OPTS", "-Xmx1g -Da=b")).out())
        .contains("[-XX:+UseSerialGC]\n", "[-Xmx1g]\n[-Da=b]\n[-jar]");
    assertThat(run(Map.of("ENTRA_RELAY_JAVA_OPTS", "-XX:+UseG1GC")).out())
        .contains("[-XX:+UseG1GC]")
        .doesNotContain("SerialGC");
  }

  @Test
  void itIsFoundThroughLinks() throws Exception {
    Path elsewhere = Files.createDirectory(folder.resolve("else where"));
    Files.createSymbolicLink(elsewhere.resolve("one"), Path.of("../bin/entra-relay"));
    launcher = Files.createSymbolicLink(elsewhere.resolve("two"), Path.of("one"));
    assertThat(run(Map.of()).out()).contains("[" + jar + "]");
  }

  @Test
  void anInstallationHasTheJarUnderLib() throws Exception {
    Files.move(target, folder.resolve("lib"));
    assertThat(run(Map.of()).out()).contains("[" + folder + "/lib/entra-relay.jar]");
  }

  @Test
  void withoutTheJarItSaysHowToBuildIt() throws Exception {
    Files.delete(jar);
    Result result = run(Map.of());
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo("entra-relay: there is no " + jar + ". Build it: mvn -DskipTests package\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.8.0_402", "11.0.22", "16", "9.0.4"})
  void anOldJavaIsRefused(String version) throws Exception {
    Path old = java(version);
    Result result = run(Map.of("JAVA_HOME", old.toString()));
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "entra-relay: %s/bin/java is Java %s. Install Java 17 or newer, or set JAVA_HOME to it.\n"
                .formatted(old, version));
  }

  @Test
  void aJavaWithoutAReleaseFileIsAsked() throws Exception {
    Files.delete(javaHome.resolve("release"));
    assertThat(run(Map.of(), "check").out()).contains("[check]");
  }

  @Test
  void aJavaThatDoesNotStartIsNamed() throws Exception {
    Files.delete(javaHome.resolve("release"));
    Files.writeString(javaHome.resolve("bin/java"), "#!/bin/sh\nexit 1\n");
    Result result = run(Map.of(), "check");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "entra-relay: %s/bin/java does not start (it says no version). Set JAVA_HOME to a Java 17 or newer.\n"
                .formatted(javaHome));
  }

  @Test
  void aWrongJavaHomeIsNamed() throws Exception {
    Result result = run(Map.of("JAVA_HOME", "/nowhere"));
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "entra-relay: JAVA_HOME is /nowhere, but there is no bin/java in it. Correct it, or"
                + " unset it to take the java on the PATH.\n");
  }

  @Test
  void withoutAnyJavaItSaysWhatToInstall() throws Exception {
    Path tools = Files.createDirectory(folder.resolve("tools"));
    for (String tool : new String[] {"dirname", "readlink"}) {
      for (String place : new String[] {"/usr/bin/", "/bin/"}) {
        if (Files.exists(Path.of(place + tool)) && !Files.exists(tools.resolve(tool))) {
          Files.createSymbolicLink(tools.resolve(tool), Path.of(place + tool));
        }
      }
    }
    Result result = run(Map.of("JAVA_HOME", "", "PATH", tools.toString()));
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "entra-relay: there is no java on the PATH. Install a JDK or JRE 17 or newer (apt"
                + " install openjdk-17-jre-headless), or set JAVA_HOME.\n");
  }
}
