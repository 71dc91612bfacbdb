package io.entrarelay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.config.ConfigurationException;
import io.entrarelay.config.Integration;
import io.entrarelay.config.Problem;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.ReportedException;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.config.SizeText;
import io.entrarelay.graph.TrustException;
import io.entrarelay.onboard.Checkup;
import io.entrarelay.onboard.IntegrationCheck.Line;
import io.entrarelay.onboard.IntegrationCheck.Outcome;
import io.entrarelay.onboard.Sources;
import io.entrarelay.record.Report;
import io.entrarelay.state.DataDirectory;
import io.entrarelay.state.Lease;
import io.entrarelay.state.Requests;
import io.entrarelay.state.StoreException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * {@code check}: whether integrations and sinks would work, and how they fare in a running relay.
 */
@Command(
    name = "check",
    description = {
      "Check one integration or all: certificate, token, roles, licence, each report, each sink.",
      "A line each: ok, or what to do. Where a relay runs on the data directory, it is asked how"
          + " it fares."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all is well",
      "2:wrong configuration or usage",
      "3:something does not work; its line says what to do"
    },
    footer = {"  entra-relay check", "  entra-relay check contoso --json"},
    footerHeading = "%nExamples:%n")
final class CheckCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER = Duration.ofSeconds(5);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private EntraRelay root;

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "an integration; default: all")
  private @Nullable String name;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  /** What was said about an integration, or about the sinks. */
  private record Section(String of, List<Line> lines) {}

  @Override
  public Integer call() throws TrustException {
    RelaySettings settings = SettingsReader.read(root.config(), System.getenv(), Map.of());
    Map<String, Report> reports = Sources.reports(root.routes());
    Declared declared = Declared.of(root);
    List<Integration> integrations =
        declared.integrations().stream()
            .filter(each -> name == null || each.name().equals(name))
            .toList();
    List<Problem> problems =
        declared.problems().stream()
            .filter(each -> name == null || each.file().contains("/" + name + "."))
            .toList();
    if (integrations.isEmpty() && problems.isEmpty()) {
      throw new ConfigurationException(List.of(missing(declared)));
    }
    List<Section> sections = new ArrayList<>();
    try (Live live = Live.of(root.data(), settings.state());
        Checkup checkup = new Checkup(settings, root.data(), reports, Clock.systemUTC())) {
      for (Integration integration : integrations) {
        Consumer<Line> lines = section(integration.name(), sections);
        checkup.integration(integration, lines);
        live.reports(integration, System.currentTimeMillis()).forEach(lines);
      }
      Consumer<Line> lines = section("", sections);
      checkup.sinks(lines);
      live.sinks().forEach(lines);
      if (!json && live.holder() == null) {
        spec.commandLine().getOut().println("No relay runs on " + root.data() + ".");
      }
      int exitCode = exitCode(problems, sections);
      tell(problems, sections, live, exitCode);
      return exitCode;
    }
  }

  private Problem missing(Declared declared) {
    Path folder = root.config().resolve("integrations");
    if (name == null) {
      return new Problem(
          folder.toString(),
          0,
          "",
          "there is no integration",
          "Put a file there for each tenant: NAME.yaml, as its README.md shows");
    }
    List<String> names = declared.integrations().stream().map(Integration::name).toList();
    return new Problem(
        folder.resolve(name + ".yaml").toString(),
        0,
        "",
        "there is no such file",
        names.isEmpty()
            ? "Write it, as README.md there shows"
            : "There are: " + String.join(", ", names));
  }

  private Consumer<Line> section(String of, List<Section> sections) {
    Section section = new Section(of, new ArrayList<>());
    sections.add(section);
    return line -> say(section, line);
  }

  /** Says a line as soon as it is known. */
  private void say(Section section, Line line) {
    section.lines.add(line);
    if (!json) {
      PrintWriter out = spec.commandLine().getOut();
      String mark =
          switch (line.outcome()) {
            case OK -> "ok: ";
            case ATTENTION -> "note: ";
            case FAILED -> "FAILED: ";
          };
      out.println(
          (section.of.isEmpty() ? "" : section.of + " ") + line.probe() + " " + mark + line.text());
      out.flush();
    }
  }

  private static int exitCode(List<Problem> problems, List<Section> sections) {
    if (!problems.isEmpty()) {
      return ReportedException.BAD_CONFIGURATION;
    }
    return sections.stream()
            .flatMap(section -> section.lines.stream())
            .anyMatch(line -> line.outcome() == Outcome.FAILED)
        ? ReportedException.DEGRADED
        : 0;
  }

  private void tell(List<Problem> problems, List<Section> sections, Live live, int exitCode) {
    if (!json) {
      problems.forEach(problem -> spec.commandLine().getErr().println(problem));
      return;
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("exitCode", exitCode);
    object.put("running", live.holder());
    object.put("configuration", problems.stream().map(Problem::toString).toList());
    List<Object> integrations = new ArrayList<>();
    for (Section section : sections) {
      List<Object> lines = new ArrayList<>();
      for (Line line : section.lines) {
        lines.add(
            Map.of(
                "probe",
                line.probe(),
                "outcome",
                line.outcome().name().toLowerCase(Locale.ROOT),
                "text",
                line.text()));
      }
      if (section.of.isEmpty()) {
        object.put("sinks", lines);
      } else {
        integrations.add(Map.of("integration", section.of, "lines", lines));
      }
    }
    object.put("integrations", integrations);
    try {
      spec.commandLine().getOut().println(JSON.writeValueAsString(object));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("maps and text have a JSON form", impossible);
    }
  }

  /** The relay that runs on the data directory, asked by request rows. */
  private record Live(@Nullable String holder, @Nullable Requests requests)
      implements AutoCloseable {

    static Live of(Path data, RelaySettings.State state) {
      String url = state.url();
      if (url != null && state.isShared()) {
        return shared(url, state);
      }
      String holder = DataDirectory.holder(data);
      if (holder == null) {
        return new Live(null, null);
      }
      try {
        return new Live(holder, Requests.open(data.resolve("state/relay.db"), Clock.systemUTC()));
      } catch (StoreException e) {
        return new Live(holder, null); // it has only just begun
      }
    }

    /** Any of the nodes that share a database, wherever they run. */
    private static Live shared(String url, RelaySettings.State state) {
      Requests requests = Requests.postgres(url, state.user(), state.password(), Clock.systemUTC());
      List<String> nodes = requests.nodes();
      if (nodes.isEmpty()) {
        requests.close();
        return new Live(null, null);
      }
      return new Live(String.join(", ", nodes), requests);
    }

    List<Line> reports(Integration of, long now) {
      return ask(
          "reports",
          of.name(),
          Lease.shard(of.tenantId(), of.clientId()),
          report -> {
            String problem = report.path("problem").asText("");
            long lastRead = report.path("lastRead").asLong();
            String seen =
                lastRead == 0
                    ? "not read yet"
                    : "read "
                        + (now - lastRead) / 1000
                        + " s ago, behind by "
                        + report.path("lag").asLong() / 1000
                        + " s";
            return new Line(
                "running " + report.path("report").asText(),
                problem.isEmpty() ? Outcome.OK : Outcome.FAILED,
                problem.isEmpty() ? seen : seen + ". " + problem);
          });
    }

    List<Line> sinks() {
      return ask(
          "sinks",
          "",
          null,
          sink -> {
            String problem = sink.path("problem").asText("");
            if (sink.has("deadLetters")) {
              return new Line(
                  "running dead letters",
                  Outcome.ATTENTION,
                  sink.get("deadLetters").asText() + ".");
            }
            if (sink.has("outbox")) {
              return outbox(sink, problem);
            }
            String delivered =
                sink.path("delivered").asLong()
                    + " records since its start, "
                    + SizeText.rounded(sink.path("waiting").asLong())
                    + " wait for it";
            return new Line(
                "running sink " + sink.path("sink").asText(),
                problem.isEmpty() ? Outcome.OK : Outcome.FAILED,
                problem.isEmpty() ? delivered : delivered + ". " + problem);
          });
    }

    private static Line outbox(JsonNode outbox, String problem) {
      Outcome outcome =
          outbox.path("full").asBoolean()
              ? Outcome.FAILED
              : problem.isEmpty() ? Outcome.OK : Outcome.ATTENTION;
      return new Line(
          "running outbox",
          outcome,
          problem.isEmpty()
              ? outbox.path("outbox").asInt() + "% of relay.outbox.limit"
              : problem + ".");
    }

    private interface Told {
      Line line(JsonNode of);
    }

    private List<Line> ask(String command, String arguments, @Nullable Integer shard, Told told) {
      if (requests == null) {
        return List.of();
      }
      String answer = requests.await(requests.ask(command, arguments, shard), ANSWER);
      List<Line> lines = new ArrayList<>();
      try {
        JsonNode node = answer == null ? JSON.nullNode() : JSON.readTree(answer);
        node.forEach(each -> lines.add(told.line(each)));
        if (!node.isArray()) {
          lines.add(
              new Line(
                  "running",
                  Outcome.ATTENTION,
                  node.path("error")
                      .asText(
                          holder
                              + " holds the data directory and does not answer within "
                              + ANSWER.toSeconds()
                              + " s. Check again; if it stays so, see its log.")));
        }
      } catch (JsonProcessingException e) {
        lines.add(
            new Line(
                "running",
                Outcome.ATTENTION,
                holder + " gave an answer that can't be read. Check with the version that runs."));
      }
      return lines;
    }

    @Override
    public void close() {
      if (requests != null) {
        requests.close();
      }
    }
  }
}
