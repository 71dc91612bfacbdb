package io.entrarelay.mapping;

import com.schibsted.spt.data.jslt.JsltException;
import com.schibsted.spt.data.jslt.impl.FileSystemResourceResolver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The forms that are made by JSLT: {@code <form>/<report>.jslt} under {@code routes/mappings/}.
 * Imports are relative to that folder, so that {@code lib/} can hold what several files share. All
 * is compiled before the first record comes.
 */
public final class Mappings {
  /** The form that needs no mapping. */
  public static final String VENDOR = "vendor";

  /** Where shared functions are; no form. */
  public static final String LIBRARY = "lib";

  private final Path root;
  private final Map<Path, Mapping> mappings;

  private Mappings(Path root, Map<Path, Mapping> mappings) {
    this.root = root;
    this.mappings = mappings;
  }

  /**
   * Compiles the files of these forms.
   *
   * @param root {@code routes/mappings}
   * @param forms as {@code relay.forms} names them; {@code vendor} needs nothing
   * @throws MappingsException with all that can't be compiled
   */
  public static Mappings compile(Path root, Collection<String> forms) {
    Map<Path, Mapping> mappings = new HashMap<>();
    List<String> faults = new ArrayList<>();
    for (String form : forms) {
      for (Path file : files(root.resolve(form))) {
        try {
          mappings.put(file, compile(root, file));
        } catch (JsltFault e) {
          faults.add(e.getMessage() + ". The reference is github.com/schibsted/jslt.");
        }
      }
    }
    if (!faults.isEmpty()) {
      throw new MappingsException(faults);
    }
    return new Mappings(root, mappings);
  }

  /** Compiles one file under {@code root}. */
  public static Mapping compile(Path root, Path file) throws JsltFault {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new JsltFault(
          file.toString(), 0, 0, "it can't be read as UTF-8 text; save it as UTF-8");
    }
    try {
      return new Mapping(
          file.toString(),
          Jslt.compile(
              file.toString(), text, new FileSystemResourceResolver(root), CsvTable.under(root)));
    } catch (JsltFault e) {
      // an imported file is named as the import names it
      Path imported = root.resolve(e.source());
      throw e.source().equals(file.toString()) || !Files.exists(imported)
          ? e
          : new JsltFault(imported.toString(), e.line(), e.column(), e.reason());
    } catch (JsltException e) {
      throw new JsltFault(file.toString(), 0, 0, String.valueOf(e.getMessage()));
    }
  }

  /** The JSLT files right under a folder, in order; none where there is no folder. */
  public static List<Path> files(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jslt")).sorted().toList();
    } catch (IOException e) {
      throw new MappingsException(List.of(folder + " can't be read: " + e));
    }
  }

  /**
   * Makes sure that each form can be made of a report at least.
   *
   * @throws MappingsException that says which files to create
   */
  public void require(Collection<String> forms, Collection<String> reports) {
    List<String> missing = missing(root, forms, reports);
    if (!missing.isEmpty()) {
      throw new MappingsException(missing);
    }
  }

  /**
   * What is missing of these forms, with what to do: a sentence each. A form need not be there for
   * every report: such a report leaves in the other forms.
   */
  public static List<String> missing(
      Path root, Collection<String> forms, Collection<String> reports) {
    List<String> missing = new ArrayList<>();
    for (String form : forms) {
      if (form.equals(VENDOR)) {
        continue;
      }
      Path folder = root.resolve(form);
      if (form.equals(LIBRARY) || !Files.isDirectory(folder)) {
        missing.add(
            "relay.forms: there is no form "
                + form
                + ". Create the folder "
                + folder
                + " with a file <report>.jslt for each report, or remove the form.");
      } else if (reports.stream().noneMatch(report -> Files.isRegularFile(file(folder, report)))) {
        missing.add(
            "relay.forms: the form "
                + form
                + " has no mapping for any report. Create "
                + file(folder, new TreeSet<>(reports).first())
                + " and others, or remove the form.");
      }
    }
    return missing;
  }

  private static Path file(Path folder, String report) {
    return folder.resolve(report + ".jslt");
  }

  /** Whether a report's records can be mapped to a form. */
  public boolean has(String form, String report) {
    return mappings.containsKey(file(root.resolve(form), report));
  }

  /** Why a report can't leave in any of these forms, and what to do; null where it can. */
  public @Nullable String hindrance(Collection<String> forms, String report) {
    if (forms.stream().anyMatch(form -> form.equals(VENDOR) || has(form, report))) {
      return null;
    }
    return "none of relay.forms ("
        + String.join(", ", forms)
        + ") can be made of "
        + report
        + ". Add vendor to relay.forms, or create "
        + file(root.resolve(forms.iterator().next()), report);
  }

  /** The mapping of a report's records to a form. */
  public Mapping of(String form, String report) {
    Mapping mapping = mappings.get(file(root.resolve(form), report));
    if (mapping == null) {
      throw new MappingsException(missing(root, List.of(form), List.of(report)));
    }
    return mapping;
  }
}
