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
    String company = COMPANIES.get(number % COMPANIES.size());
    int round = number / COMPANIES.size();
    String displayName = round == 0 ? company : company + " " + (round + 1);
    String name = displayName.toLowerCase(Locale.ROOT).replace(' ', '-');
    return new SimulatedTenant(
        name,
        displayName,
        Mix.uuid(options.seed() ^ 0x7E, number).toString(),
        Mix.uuid(options.seed() ^ 0xC1, options.oneApp() ? 0 : number).toString(),
        Certificates.pem(certificates.tenant("Entra Relay " + displayName)),
        Certificates.pem(certificates.tenantKey()));
  }

  static X509Certificate certificate(SimulatedTenant tenant) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(
                      tenant.certificatePem().getBytes(StandardCharsets.US_ASCII)));
    } catch (CertificateException e) {
      throw new IllegalStateException(e);
    }
  }
}
