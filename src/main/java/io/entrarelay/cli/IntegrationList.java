package io.entrarelay.cli;

import io.entrarelay.config.Integration;
import io.entrarelay.config.ReportedException;
import io.entrarelay.state.Standing;
import io.entrarelay.state.Standing.State;
import io.entrarelay.state.Tenancy;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code integration list}: each connected tenant and how it fares. */
@Command(
    name = "list",
    description = "List the integrations, where each comes from, how it fares, and since when.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:none is degraded or failed",
      "2:wrong configuration or usage",
      "3:one is degraded or failed, or its file is wrong; it is named"
    },
    footer = {"  entra-relay integration list", "  entra-relay integration list --json"},
    footerHeading = "%nExamples:%n")
final class IntegrationList implements Callable<Integer> {
  private static final Set<State> BAD = Set.of(State.DEGRADED, State.FAILED);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private IntegrationCommand parent;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Declared declared = Declared.of(parent.root());
    Map<Tenancy, Standing> standings = Map.of();
    String holder = null;
    try (Beside state = Beside.ifThere(parent.root())) {
      if (state != null) {
        standings = state.store().integrations().standings();
        holder = state.holder();
      }
    }
    boolean bad = !declared.problems().isEmpty();
    for (Integration each : declared.integrations()) {
      Standing standing = standings.get(Declared.tenancy(each));
      bad |= standing != null && BAD.contains(standing.state());
    }
    int exitCode = bad ? ReportedException.DEGRADED : 0;
    if (json) {
      tell(exitCode, holder, declared, standings);
    } else {
      show(holder, declared, standings);
    }
    declared.problems().forEach(problem -> spec.commandLine().getErr().println(problem));
    return exitCode;
  }

  private void show(@Nullable String holder, Declared declared, Map<Tenancy, Standing> standings) {
    PrintWriter out = spec.commandLine().getOut();
    if (holder == null) {
      out.println(
          "No relay runs on " + parent.root().data() + ": this is how they fared when one did.");
    }
    if (declared.integrations().isEmpty()) {
      out.println("There is no integration. Add one: entra-relay integration add NAME");
      return;
    }
    int width =
        declared.integrations().stream().mapToInt(each -> each.name().length()).max().orElse(4);
    String row = "%-" + Math.max(width, 4) + "s  %-7s  %-16s  %-20s  %s%n";
    out.printf(row, "name", "from", "state", "since", "reason");
    for (Integration each : declared.integrations()) {
      Standing standing = standings.get(Declared.tenancy(each));
      out.printf(
          row,
          each.name(),
          IntegrationJson.from(each),
          standing == null ? "-" : standing.state().words(),
          standing == null ? "-" : standing.since().truncatedTo(ChronoUnit.SECONDS),
          standing == null ? "" : firstReason(standing));
    }
  }

  private static String firstReason(Standing standing) {
    if (standing.reasons().isEmpty()) {
      return "";
    }
    Standing.Reason first = standing.reasons().get(0);
    int others = standing.reasons().size() - 1;
    return first.about() + ": " + first.text() + (others == 0 ? "" : " (and " + others + " more)");
  }

  private void tell(
      int exitCode, @Nullable String holder, Declared declared, Map<Tenancy, Standing> standings) {
    List<Object> list = new ArrayList<>();
    for (Integration each : declared.integrations()) {
      list.add(IntegrationJson.of(each, standings.get(Declared.tenancy(each))));
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("exitCode", exitCode);
    object.put("running", holder);
    object.put("integrations", list);
    object.put("problems", declared.problems().stream().map(Object::toString).toList());
    Answer.json(spec, object);
  }
}
