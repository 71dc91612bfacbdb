package io.entrarelay.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code integration}: the connected tenants. */
@Command(
    name = "integration",
    description =
        "The connected tenants: list them, see one, add, pause, resume, try again, read again, export, remove.",
    subcommands = {
      IntegrationList.class,
      IntegrationShow.class,
      IntegrationAdd.class,
      IntegrationPause.class,
      IntegrationResume.class,
      IntegrationConsent.class,
      IntegrationRefresh.class,
      IntegrationBackfill.class,
      IntegrationExportCommand.class,
      IntegrationRemove.class
    },
    footer = {
      "  entra-relay integration list",
      "  entra-relay integration add contoso --tenant-id … --client-id …",
      "  entra-relay integration show contoso"
    },
    footerHeading = "%nExamples:%n")
final class IntegrationCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private EntraRelay root;

  EntraRelay root() {
    return root;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Say which: integration list, show, add, consent, pause, resume, refresh, backfill, export or"
            + " remove");
  }
}
