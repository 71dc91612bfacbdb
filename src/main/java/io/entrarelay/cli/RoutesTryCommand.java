package io.entrarelay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.entrarelay.config.ReportedException;
import io.entrarelay.mapping.Jslt;
import io.entrarelay.mapping.JsltFault;
import io.entrarelay.mapping.Mapping;
import io.entrarelay.mapping.MappingFailure;
import io.entrarelay.mapping.Mappings;
import io.entrarelay.mapping.OcsfSchema;
import io.entrarelay.mapping.Unused;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code routes try}: what a mapping makes of records, without collecting anything. */
@Command(
    name = "try",
    description = {
      "Print what a mapping makes of a record, and for ocsf what its schema finds.",
      "The records: one of Graph, a page of them, or lines of the vendor form."
    },
    footer = {
      "  entra-relay routes try --report signIns --form ocsf record.json",
      "  tail -n 1 data/out/vendor/signIns/contoso/*.ndjson | entra-relay routes try --report"
          + " signIns --form ocsf --explain -"
    },
    footerHeading = "%nExamples:%n")
final class RoutesTryCommand implements Callable<Integer> {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** A tenant that is none. */
  private static final String TENANT = "00000000-0000-4000-8000-000000000000";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private RoutesCommand routes;

  @Option(
      names = "--report",
      required = true,
      paramLabel = "REPORT",
      description = "Of which it is.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String report;

  @Option(
      names = "--form",
      required = true,
      paramLabel = "FORM",
      description = "A folder under routes/mappings.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String form;

  @Option(
      names = "--explain",
      description = "Name the properties that the mapping doesn't use, on standard error.")
  private boolean explain;

  @Parameters(paramLabel = "FILE|-", description = "JSON; - is standard input.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String file;

  @Override
  public Integer call() throws JsonProcessingException {
    Mapping mapping = mapping();
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    List<JsonNode> records = records();
    int bad = 0;
    for (int i = 0; i < records.size(); i++) {
      String which = records.size() == 1 ? "" : "record " + (i + 1) + ": ";
      JsonNode given = records.get(i);
      boolean vendor = given.has("relay") && given.path("properties").isObject();
      JsonNode record = vendor ? given.get("properties") : given;
      Map<String, JsonNode> variables = variables(given);
      try {
        JsonNode document = JSON.readTree(mapping.map(record, variables));
        out.println(JSON.writeValueAsString(document));
        List<String> findings =
            form.equals("ocsf") ? OcsfSchema.findings(document) : List.<String>of();
        findings.forEach(finding -> err.println(which + "schema: " + finding));
        bad += findings.isEmpty() ? 0 : 1;
        if (explain) {
          Unused.of(mapping, record, variables)
              .forEach(property -> err.println(which + "not used: " + property));
        }
      } catch (MappingFailure e) {
        err.println(which + e.reason());
        bad++;
      } catch (IOException e) {
        throw new IllegalStateException("a document that was written can't be read", e);
      }
    }
    err.flush();
    return bad == 0 ? 0 : ReportedException.DEGRADED;
  }

  private Mapping mapping() {
    Path root = routes.root().routes().resolve("mappings");
    if (form.equals(Mappings.VENDOR)) {
      throw wrong("The form vendor has no mapping: it is Graph's record as it came. Name another.");
    }
    List<String> missing = Mappings.missing(root, List.of(form), List.of(report));
    if (!missing.isEmpty()) {
      throw wrong(missing.get(0).replace("relay.forms: ", ""));
    }
    try {
      return Mappings.compile(root, root.resolve(form).resolve(report + ".jslt"));
    } catch (JsltFault e) {
      throw wrong(e.getMessage() + ". The reference is github.com/schibsted/jslt.");
    }
  }

  /** A page's records, or all values that follow each other. */
  private List<JsonNode> records() {
    List<JsonNode> records = new ArrayList<>();
    try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file));
        MappingIterator<JsonNode> values = JSON.readerFor(JsonNode.class).readValues(in)) {
      while (values.hasNextValue()) {
        JsonNode value = values.nextValue();
        if (value.path("value").isArray() && !value.has("id")) {
          value.get("value").forEach(records::add);
        } else {
          records.add(value);
        }
      }
    } catch (JsonProcessingException e) {
      throw wrong(
          file
              + ":"
              + e.getLocation().getLineNr()
              + ":"
              + e.getLocation().getColumnNr()
              + ": it is no JSON: "
              + e.getOriginalMessage());
    } catch (IOException e) {
      throw wrong(file + ": it can't be read: " + e);
    }
    if (records.isEmpty()) {
      throw wrong(file + ": there is no record in it");
    }
    return records;
  }

  /** As the line in vendor form tells them; else those of a made-up tenant. */
  private Map<String, JsonNode> variables(JsonNode given) {
    JsonNode relay = given.path("relay");
    return Jslt.variables(
        relay.path("integration").asText("try"),
        report,
        given.path("tenantId").asText(TENANT),
        collectedAt(relay.path("collectedAt").asText()),
        relay.path("revision").asInt(0));
  }

  private static Instant collectedAt(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      return Instant.now();
    }
  }

  private static ReportedException wrong(String message) {
    return new TryException(message);
  }

  /** Nothing could be tried. */
  private static final class TryException extends ReportedException {
    private static final long serialVersionUID = 1L;

    TryException(String message) {
      super(BAD_CONFIGURATION, message);
    }
  }
}
