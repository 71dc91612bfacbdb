package io.entrarelay.simulator;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;

/** Names and numbers of the tenants, from the seed. */
final class TenantNames {
  private static final List<String> COMPANIES =
      List.of(
          "Contoso",
          "Fabrikam",
          "Northwind",
          "Tailspin",
          "Litware",
          "Adatum",
          "Wingtip",
          "Proseware",
          "Alpine",
          "Woodgrove");

  private TenantNames() {}

  static SimulatedTenant tenant(SimulatorOptions options, int number, Certificates certificates) {
    String displayName = displayName(number);
    return new SimulatedTenant(
        name(displayName),
        displayName,
        Mix.uuid(options.seed() ^ 0x7E, number).toString(),
        Mix.uuid(options.seed() ^ 0xC1, options.oneApp() ? 0 : number).toString(),
        Certificates.pem(certificates.tenant("Entra Relay " + displayName)),
        Certificates.pem(certificates.tenantKey()));
  }

  /** A tenant that has no application of its own. */
  static SimulatedTenant tenant(
      SimulatorOptions options, int number, SimulatedApplication application) {
    String displayName = displayName(number);
    return new SimulatedTenant(
        name(displayName),
        displayName,
        Mix.uuid(options.seed() ^ 0x7E, number).toString(),
        application.clientId(),
        application.certificatePem(),
        application.privateKeyPem());
  }

  static SimulatedApplication application(SimulatorOptions options, Certificates certificates) {
    return new SimulatedApplication(
        options.applicationName(),
        Mix.uuid(options.seed() ^ 0xA7, 0).toString(),
        Certificates.pem(certificates.tenant(options.applicationName())),
        Certificates.pem(certificates.tenantKey()));
  }

  private static String displayName(int number) {
    String company = COMPANIES.get(number % COMPANIES.size());
    int round = number / COMPANIES.size();
    return round == 0 ? company : company + " " + (round + 1);
  }

  private static String name(String displayName) {
    return displayName.toLowerCase(Locale.ROOT).replace(' ', '-');
  }

  static X509Certificate certificate(String pem) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    } catch (CertificateException e) {
      throw new IllegalStateException(e);
    }
  }
}
