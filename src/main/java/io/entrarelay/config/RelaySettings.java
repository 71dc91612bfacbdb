package io.entrarelay.config;

import io.entrarelay.graph.Cloud;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings under {@code relay} in {@code config/application.yaml}, checked. {@link
 * SettingsReader} makes them and knows the defaults.
 *
 * @param forms the forms that each record is given, {@code [vendor, ocsf]} by default
 * @param asProperties every setting that has a value, by its key, for {@code {{relay.…}}} in
 *     routes: durations as whole milliseconds and sizes as bytes, the forms that every Camel option
 *     takes ({@code trigger.repeatInterval} of quartz takes no {@code 60s}); lists joined by
 *     commas; secrets are left out
 */
public record RelaySettings(
    Collect collect,
    Graph graph,
    List<String> forms,
    Sinks sinks,
    State state,
    Outbox outbox,
    Console console,
    @Nullable Application application,
    Secrets secrets,
    Map<String, Object> asProperties) {

  /**
   * When Graph is read.
   *
   * @param every from one poll to the next
   * @param slice the span of event time that coverage is kept by
   * @param sweeps the ages at which each slice is read, ascending, the first is zero
   * @param backfill how far back the first start reads
   * @param remember how long a seen set lives after its slice was last read; never less than {@link
   *     #horizon()}
   */
  public record Collect(
      Duration every,
      Duration slice,
      List<Duration> sweeps,
      Duration backfill,
      Duration remember,
      Revisions revisions) {

    /** The age after which a slice is read no more: the last sweep and one slice. */
    public Duration horizon() {
      return sweeps.get(sweeps.size() - 1).plus(slice);
    }
  }

  /** What becomes of a known record that comes back with other content. */
  public enum Revisions {
    EMIT,
    IGNORE
  }

  /**
   * How Graph is reached.
   *
   * @param budget the requests that one integration may send; null for no limit, as a simulator
   *     bears it
   * @param caCertificate a PEM file of the company's own authorities, absolute, for Graph and the
   *     token endpoint, besides the JDK's
   */
  public record Graph(
      @Nullable Budget budget, @Nullable Proxy proxy, @Nullable Path caCertificate) {}

  /** At most so many requests in every span of this length. */
  public record Budget(int requests, Duration per) {
    /** How many it allows in a minute. */
    public long perMinute() {
      return requests * 60_000L / per.toMillis();
    }

    @Override
    public String toString() {
      return requests + "/" + DurationText.format(per);
    }
  }

  /** An HTTP proxy, reached in clear, that tunnels https; user and password both or neither. */
  public record Proxy(String host, int port, @Nullable String user, @Nullable String password) {
    /** Without the password. */
    @Override
    public String toString() {
      return "http://" + (user == null ? "" : user + ":***@") + host + ":" + port;
    }
  }

  /** Where forms leave. */
  public record Sinks(Files files, Kafka kafka, Syslog syslog) {}

  /**
   * The files sink.
   *
   * @param directory relative to the data directory, or absolute
   * @param rollEvery a file is finished at this age at the latest
   * @param rollSize a file is finished at this size, in bytes, before compression
   * @param retain how long finished files are kept; null for ever
   * @param group the operating system's group that may read the files; null for the process's
   */
  public record Files(
      boolean enabled,
      Path directory,
      Duration rollEvery,
      long rollSize,
      Compression compression,
      @Nullable Duration retain,
      @Nullable String group) {}

  /**
   * The Kafka sink.
   *
   * @param brokers {@code host:port}, separated by commas; empty only where the sink is off
   * @param topic a Camel simple expression over the variables of a page
   * @param transactional whether a consumer with {@code read_committed} sees each record once, also
   *     when the relay is killed
   * @param properties of Kafka's producer, by Kafka's names; passwords among them
   */
  public record Kafka(
      boolean enabled,
      String brokers,
      String topic,
      boolean transactional,
      Map<String, String> properties) {
    /** Without the properties' values. */
    @Override
    public String toString() {
      return "Kafka[brokers=" + brokers + ", topic=" + topic + ", " + properties.keySet() + "]";
    }
  }

  /**
   * The syslog sink.
   *
   * @param host the receiver; null only where the sink is off
   * @param form the form that is sent
   * @param caCertificate a PEM file of the authorities that are trusted, absolute; null for the
   *     JDK's
   * @param certificate a PEM file of the certificate that is shown, absolute; null for none
   * @param privateKey its key, null with the certificate
   * @param resendWindow bytes that may be sent before the receiver must confirm that it has read
   *     them; after a broken connection so much is sent again
   * @param maxSize the longest message that is sent, bytes
   * @param confirm whether the receiver must confirm at all
   */
  public record Syslog(
      boolean enabled,
      @Nullable String host,
      int port,
      Protocol protocol,
      String form,
      @Nullable Path caCertificate,
      @Nullable Path certificate,
      @Nullable Path privateKey,
      long resendWindow,
      long maxSize,
      boolean confirm) {}

  /** How syslog messages get to the receiver: RFC 6587, RFC 5425, RFC 5426. */
  public enum Protocol {
    TCP,
    TLS,
    UDP
  }

  /** How finished files are compressed. */
  public enum Compression {
    NONE(""),
    GZIP(".gz"),
    ZSTD(".zst");

    private final String ending;

    Compression(String ending) {
      this.ending = ending;
    }

    /** What comes after {@code .ndjson}. */
    public String ending() {
      return ending;
    }
  }

  /**
   * Where the state is kept.
   *
   * @param url a JDBC URL; null for SQLite under the data directory
   * @param lease after so long without a word from a node others take over its work
   */
  public record State(
      @Nullable String url, @Nullable String user, @Nullable String password, Duration lease) {
    /** Whether several nodes may work with it. */
    public boolean isShared() {
      return url != null && url.startsWith("jdbc:postgresql:");
    }

    /** Without the password. */
    @Override
    public String toString() {
      return "State[url=" + url + ", user=" + user + "]";
    }
  }

  /**
   * The log between collecting and forwarding.
   *
   * @param limit bytes at which collecting waits for the sinks
   * @param retention how long a record stays after it was collected; at least until every sink has
   *     it
   */
  public record Outbox(long limit, Duration retention) {}

  /**
   * The console.
   *
   * @param enabled whether {@code run} and {@code demo} serve it
   * @param port 0 for any free one
   * @param publicUrl how browsers reach it, where a proxy stands before it; without a slash at its
   *     end
   * @param certificate a PEM file of the certificate that is shown, absolute; null for plain HTTP
   * @param privateKey its key, null with the certificate
   * @param oidc who else may sign in; null for local users alone
   */
  public record Console(
      boolean enabled,
      String address,
      int port,
      @Nullable URI publicUrl,
      @Nullable Path certificate,
      @Nullable Path privateKey,
      @Nullable Oidc oidc) {}

  /**
   * Sign-in by an OpenID Connect provider.
   *
   * @param issuer where {@code /.well-known/openid-configuration} is
   * @param clientSecretFile the file of the secret, absolute; null for a public client
   * @param rolesClaim the claim of the ID token that says what someone may do: a text or a list
   * @param roles the claim's values for each role
   */
  public record Oidc(
      URI issuer,
      String clientId,
      @Nullable Path clientSecretFile,
      String rolesClaim,
      Map<Role, List<String>> roles) {}

  /**
   * The one registration that several tenants consent to.
   *
   * @param clientId its GUID, in lower case
   * @param certificate a PEM file, absolute
   * @param privateKey a PEM file, absolute; may be the same
   */
  public record Application(String clientId, Cloud cloud, Path certificate, Path privateKey) {}

  /**
   * @param keyFile the file of the key that stored secrets are encrypted with, absolute
   */
  public record Secrets(@Nullable Path keyFile) {}

  /** Without the properties, which say the same again. */
  @Override
  public String toString() {
    return "RelaySettings[" + asProperties + "]";
  }
}
