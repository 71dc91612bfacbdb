package io.entrarelay.simulator;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the configuration with which the product collects from a simulator. */
final class ConfigWriter {
  private final URI base;
  private final @Nullable String caCertificate;
  private final List<String> reports;

  ConfigWriter(URI base, @Nullable String caCertificate, List<String> reports) {
    this.base = base;
    this.caCertificate = caCertificate;
    this.reports = reports;
  }

  void write(Path directory, List<SimulatedTenant> tenants) throws IOException {
    Path integrations = Files.createDirectories(directory.resolve("integrations"));
    if (caCertificate != null) {
      Files.writeString(integrations.resolve("ca.pem"), caCertificate);
    }
    for (SimulatedTenant tenant : tenants) {
      Path folder = Files.createDirectories(integrations.resolve(tenant.name()));
      Files.writeString(folder.resolve("certificate.pem"), tenant.certificatePem());
      writeKey(folder.resolve("key.pem"), tenant.privateKeyPem());
      Files.writeString(integrations.resolve(tenant.name() + ".yaml"), yaml(tenant));
    }
  }

  /** Writes the certificate and key of an application that many tenants share. */
  void write(Path directory, SimulatedApplication application) throws IOException {
    Path folder = Files.createDirectories(directory.resolve("application"));
    Files.writeString(folder.resolve("certificate.pem"), application.certificatePem());
    writeKey(folder.resolve("key.pem"), application.privateKeyPem());
  }

  private String yaml(SimulatedTenant tenant) {
    StringBuilder yaml = new StringBuilder();
    yaml.append("display-name: ").append(tenant.displayName()).append('\n');
    yaml.append("tenant-id: ").append(tenant.tenantId()).append('\n');
    yaml.append("client-id: ").append(tenant.clientId()).append('\n');
    yaml.append("cloud: custom\n");
    yaml.append("endpoints:\n");
    yaml.append("  authority: ").append(base).append('\n');
    yaml.append("  graph: ").append(base).append('\n');
    if (caCertificate != null) {
      yaml.append("  ca-certificate: ca.pem\n");
    }
    yaml.append("credential:\n");
    yaml.append("  certificate: ").append(tenant.name()).append("/certificate.pem\n");
    yaml.append("  private-key: ").append(tenant.name()).append("/key.pem\n");
    yaml.append("reports: [").append(String.join(", ", reports)).append("]\n");
    return yaml.toString();
  }

  private static void writeKey(Path file, String pem) throws IOException {
    Files.deleteIfExists(file);
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      // made with its mode, so that nobody can open it in between
      Files.newByteChannel(
              file,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
          .close();
    }
    Files.writeString(file, pem);
  }
}
