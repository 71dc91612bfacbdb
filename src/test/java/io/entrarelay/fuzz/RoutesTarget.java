package io.entrarelay.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.routes.Finding;
import io.entrarelay.routes.RoutesCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A file of routes under {@code routes check}: findings in words, each with a line of the file. */
final class RoutesTarget implements FuzzTarget {
  private final InputFile file = new InputFile("routes/flow/extra.camel.yaml");
  private final Path routes = file.path().resolveSibling("..").normalize();

  @Override
  public String read(byte[] input) throws Exception {
    file.write(input);
    long bytes = 100_000_000 + 20_000L * input.length;
    List<Finding> findings =
        Effort.within(
            bytes,
            () -> {
              RoutesCheck check =
                  new RoutesCheck(routes, Set.of("relay.forms"), List.of("vendor"), Map.of());
              check.options();
              check.list();
              return check.full();
            });
    int lines = InputFile.lines(input);
    for (Finding finding : findings) {
      Claim.isLine(finding.toString(), 4_000);
      Claim.that(
          finding.file().equals(file.path().toString()) || finding.line() == 0,
          "of another file: %s",
          finding);
      Claim.that(finding.line() >= 0 && finding.line() <= lines, "%s of %d lines", finding, lines);
    }
    return findings.stream()
        .map(Finding::rule)
        .collect(Collectors.toCollection(TreeSet::new))
        .toString();
  }

  @Override
  public List<byte[]> seeds(Random random) throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (String folder : List.of("routes", "src/test/resources/invalid-routes")) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        for (Path path : files.filter(p -> p.toString().endsWith(".yaml")).sorted().toList()) {
          seeds.add(Files.readAllBytes(path));
        }
      }
    }
    seeds.add("- route:\n    id: 0x1F\n    from: {uri: 'timer:x', steps: []}\n".getBytes(UTF_8));
    seeds.add("- &a [x, x]\n- &b [*a, *a]\n- &c [*b, *b]\n".getBytes(UTF_8));
    seeds.add("- route:\n    id: [x]\n    from: 5\n- beans: {a: b}\n- 7\n".getBytes(UTF_8));
    return seeds;
  }

  @Override
  public int longest() {
    return 30_000;
  }
}
