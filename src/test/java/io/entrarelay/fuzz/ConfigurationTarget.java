package io.entrarelay.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Integration;
import io.entrarelay.config.IntegrationReader;
import io.entrarelay.config.Problem;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * What an operator writes: taken, or refused by problems that each name the file, a line of it, the
 * cause and the remedy, and all together stay readable.
 */
final class ConfigurationTarget implements FuzzTarget {
  private static final int MOST_MESSAGE = 200_000;
  private static final Set<String> REPORTS = Set.of("signIns", "directoryAudits");

  private final InputFile file;
  private final boolean integrations;

  private ConfigurationTarget(InputFile file, boolean integrations) {
    this.file = file;
    this.integrations = integrations;
  }

  /** {@code config/integrations/<name>.yaml}. */
  static ConfigurationTarget integrations() {
    return new ConfigurationTarget(new InputFile("contoso.yaml"), true);
  }

  /** {@code config/application.yaml}. */
  static ConfigurationTarget settings() {
    return new ConfigurationTarget(new InputFile("application.yaml"), false);
  }

  @Override
  public String read(byte[] input) throws Exception {
    file.write(input);
    long bytes = 20_000_000 + 2_000L * input.length;
    try {
      if (integrations) {
        IntegrationReader reader = new IntegrationReader(REPORTS, true);
        check(Effort.within(bytes, () -> reader.read(file.path())), input);
      } else {
        Path folder = file.path().resolveSibling("");
        check(Effort.within(bytes, () -> SettingsReader.read(folder, Map.of(), Map.of())));
      }
      return "taken";
    } catch (ConfigurationException e) {
      return check(e, input);
    }
  }

  /** A second reader of YAML finds the same ids. */
  private static void check(Integration integration, byte[] input) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    try {
      Object loaded = new Yaml(new SafeConstructor(options)).load(new String(input, UTF_8));
      Claim.that(loaded instanceof Map<?, ?>, "no map: %s", loaded);
      if (loaded instanceof Map<?, ?> keys) {
        Claim.that(isSame(keys.get("tenant-id"), integration.tenantId()), "tenant %s", integration);
        Claim.that(isSame(keys.get("client-id"), integration.clientId()), "client %s", integration);
      }
    } catch (ClassCastException e) {
      // that reader's way to say that a tag doesn't fit (!!map x); ours reads the value without it
      Claim.that(new String(input, UTF_8).contains("!"), "no tag, but %s", e);
    }
    Claim.that(integration.name().equals("contoso"), "its name is %s", integration.name());
    Claim.that(
        !integration.reports().isEmpty() && REPORTS.containsAll(integration.reports()),
        "reports %s",
        integration.reports());
    Claim.isLine(integration.displayName() + ".", 201);
    for (java.net.URI uri : List.of(integration.cloud().graph(), integration.cloud().authority())) {
      Claim.that(
          uri.toString()
              .matches("https://[^/?#@]+|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:\\d+)?"),
          "endpoint %s",
          uri);
    }
  }

  private static boolean isSame(Object loaded, String read) {
    return String.valueOf(loaded).strip().toLowerCase(Locale.ROOT).equals(read);
  }

  private static void check(RelaySettings settings) {
    Claim.that(settings.collect().sweeps().get(0).isZero(), "sweeps %s", settings.collect());
    Claim.that(!settings.forms().isEmpty(), "no forms");
  }

  private String check(ConfigurationException refusal, byte[] input) {
    Claim.that(!refusal.problems().isEmpty(), "no problem is named");
    Claim.that(
        refusal.getMessage().length() <= MOST_MESSAGE,
        "the problems fill %d characters",
        refusal.getMessage().length());
    int lines = InputFile.lines(input);
    for (Problem problem : refusal.problems()) {
      Claim.isLine(problem.toString(), 2_500);
      Claim.that(problem.file().equals(file.path().toString()), "of %s", problem.file());
      Claim.that(problem.line() >= 0 && problem.line() <= lines, "%s of %d lines", problem, lines);
      Claim.that(!problem.cause().isBlank() && !problem.remedy().isBlank(), "%s", problem);
      String own = problem.cause().replaceAll("\".*\"", "");
      Claim.that(
          !own.contains("Exception") && !own.contains("org.yaml"), "a library's words: %s", own);
    }
    String first = refusal.problems().get(0).cause().replaceAll("\".*|\\d+", "");
    return first.substring(0, Math.min(30, first.length()));
  }

  @Override
  public List<byte[]> seeds(Random random) throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    if (integrations) {
      seeds.add(
          """
          display-name: Contoso
          tenant-id: 7F3F5D6C-3a5b-4c59-9a44-6d1f6f7f0a01
          client-id: c0ffee00-1111-4222-8333-944455556666
          cloud: custom
          endpoints: {authority: 'http://[::1]:1', graph: "https://a"}
          credential:
            certificate: contoso/certificate.pem
            private-key: /etc/keys/../keys/contoso.pem
          reports: [signIns, directoryAudits]
          """
              .getBytes(UTF_8));
    } else {
      String commented = Files.readString(Path.of("config/application.yaml"));
      String opened = commented.replaceAll("(?m)^( *)#([a-z-]+:)", "$1$2");
      seeds.add(commented.getBytes(UTF_8));
      seeds.add(opened.getBytes(UTF_8));
      seeds.add(opened.replaceAll("(?m)^ *#.*\n", "").getBytes(UTF_8));
    }
    // what is invalid in a known way, and nests, grows or is odd
    try (Stream<Path> invalid = Files.walk(Path.of("src/test/resources/invalid"))) {
      for (Path path :
          invalid.filter(path -> path.toString().endsWith(".yaml")).sorted().toList()) {
        if (Files.size(path) < longest()) {
          seeds.add(Files.readAllBytes(path));
        }
      }
    }
    String top = integrations ? "" : "relay:\n ";
    for (String odd :
        List.of(
            "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
            "k".repeat(3_000) + ": 1\n",
            "? [a]\n: b\n",
            "{" + "a: {".repeat(30) + "}".repeat(31) + "\n",
            "deep: " + "[".repeat(20_000) + "\n",
            "g: {a: 1, b: 2, c: 3}\n",
            "\"\\e[31m\\n\": 1\n",
            "!!java.net.URL x: y\n",
            "<<: {tenant-id: x}\n")) {
      seeds.add((top + odd).getBytes(UTF_8));
    }
    return seeds;
  }

  @Override
  public int longest() {
    return 70_000;
  }
}
