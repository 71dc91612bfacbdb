package io.entrarelay.cli;

import io.entrarelay.config.Integration;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.onboard.IntegrationExport;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code integration export}: an integration as a file that declares it. */
@Command(
    name = "export",
    description = {
      "Print an integration as a file that declares it, wherever it is kept.",
      "Its private key is never given out: the file says which one belongs beside it."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:exported", "2:wrong configuration or usage; nothing was written"},
    footer = {
      "  entra-relay integration export contoso",
      "  entra-relay integration export contoso --out exported"
    },
    footerHeading = "%nExamples:%n")
final class IntegrationExportCommand extends OneIntegration {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Write NAME.yaml and NAME/certificate.pem into this folder instead.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    Declared declared = Declared.of(parent.root());
    Integration integration = declared.named(name);
    IntegrationExport export = new IntegrationExport(integration);
    if (out != null) {
      return write(declared, export, out);
    }
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("integration", name);
      object.put("yaml", export.yaml());
      return Answer.json(spec, object);
    }
    spec.commandLine().getOut().print(export.yaml());
    spec.commandLine().getOut().flush();
    return 0;
  }

  private int write(Declared declared, IntegrationExport export, Path folder) {
    if (isSame(folder, declared.folder())) {
      throw usage(
          "--out "
              + folder
              + ": what is there is collected, and this would be without its key. Name another"
              + " folder");
    }
    List<Path> files;
    try {
      files = export.write(folder);
    } catch (CredentialException e) {
      return Answer.refused(spec, e, json);
    } catch (FileAlreadyExistsException e) {
      throw usage(e.getFile() + " is there already. Name another folder, or remove it first");
    } catch (IOException e) {
      throw usage(
          folder
              + ": can't be written ("
              + e.getClass().getSimpleName()
              + "). Check who may write there, and that its disk isn't full");
    }
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("integration", name);
      object.put("files", files.stream().map(Path::toString).toList());
      return Answer.json(spec, object);
    }
    return Answer.lines(
        spec,
        "Wrote "
            + files.stream().map(Path::toString).collect(Collectors.joining(", "))
            + ". The head of the first says what else it needs.");
  }

  private static boolean isSame(Path one, Path other) {
    return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
