package io.entrarelay.faults;

import io.entrarelay.relay.RoutesFolder;
import io.entrarelay.sink.kafka.KafkaBroker;
import io.entrarelay.sink.syslog.Rsyslog;
import io.entrarelay.sink.syslog.SyslogReceiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.util.FileSystemUtils;

/**
 * A broker of Kafka for many sites, and a rsyslog for each: with them a relay delivers to all its
 * sinks at once, to Kafka both with transactions and without.
 */
final class FarEnds implements AutoCloseable {
  /** KiB; a record is longer than a KiB. */
  static final int WINDOW = 512;

  /** Bytes: over what any record has that is delivered. */
  private static final int LARGEST = 10 << 20;

  private final Path directory;
  private final KafkaBroker broker;
  private final boolean own;
  private final List<SyslogReceiver> syslogs = new CopyOnWriteArrayList<>();

  /** One for all rows of this process: each has topics of its own. Ends with the process. */
  private static final class Shared {
    private static final KafkaBroker BROKER = start();

    private static KafkaBroker start() {
      try {
        Path directory = Files.createTempDirectory("far-ends");
        KafkaBroker broker = broker(directory);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(broker, directory)));
        return broker;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    private static void end(KafkaBroker broker, Path directory) {
      try {
        broker.kill();
        FileSystemUtils.deleteRecursively(directory);
      } catch (IOException e) {
        System.err.println(directory + " is left behind: " + e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private FarEnds(Path directory, KafkaBroker broker, boolean own) {
    this.directory = directory;
    this.broker = broker;
    this.own = own;
  }

  private static KafkaBroker broker(Path directory) throws IOException, InterruptedException {
    return KafkaBroker.in(directory).set("message.max.bytes", Integer.toString(LARGEST)).start();
  }

  /** With the broker of all rows. */
  static FarEnds shared(Path directory) {
    return new FarEnds(directory, Shared.BROKER, false);
  }

  /** With a broker that may be stopped. */
  static FarEnds start(Path directory) throws IOException, InterruptedException {
    return new FarEnds(directory, broker(directory.resolve("kafka")), true);
  }

  KafkaBroker broker() {
    return broker;
  }

  /**
   * From its start on the site delivers here, too.
   *
   * @param name of its topics
   * @return the site's own syslog receiver
   */
  SyslogReceiver join(Site site, String name) throws IOException, InterruptedException {
    makeTopics(name);
    site.set("relay.sinks.kafka.enabled", "true");
    site.set("relay.sinks.kafka.brokers", broker.brokers());
    site.set("relay.sinks.kafka.topic", name + "-plain.{form}.{report}");
    site.set("relay.sinks.kafka.properties.max.request.size", Integer.toString(LARGEST));
    Path routes = RoutesFolder.copy(directory.resolve(name)).routes();
    Path second = routes.resolve("sinks/kafka-transactional.camel.yaml");
    Files.writeString(
        second,
        Files.readString(routes.resolve("sinks/kafka.camel.yaml"))
            .replace("sink.kafka", "sink.kafka-transactional")
            .replace("sink: kafka", "sink: kafka-transactional")
            .replace(
                "topic: \"{{relay.sinks.kafka.topic}}\"",
                "topic: \""
                    + name
                    + "-sure.${variable.form}.${variable.report}\"\n"
                    + "              transactional: true"));
    site.routes(routes);
    site.with(new KafkaReceiver("kafka, transactional", broker.brokers(), name + "-sure"));
    site.with(new KafkaReceiver("kafka", broker.brokers(), name + "-plain"));
    SyslogReceiver syslog =
        new Rsyslog(directory.resolve(name).resolve("syslog"), SyslogReceiver.Transport.TCP, null);
    syslog.start();
    syslogs.add(syslog);
    site.set("relay.sinks.syslog.enabled", "true");
    site.set("relay.sinks.syslog.host", "127.0.0.1");
    site.set("relay.sinks.syslog.port", Integer.toString(syslog.port()));
    site.set("relay.sinks.syslog.protocol", "tcp");
    site.set("relay.sinks.syslog.resend-window", WINDOW + "KB");
    site.set("relay.sinks.syslog.max-size", "10MB");
    site.with(new SyslogFileReceiver(syslog));
    return syslog;
  }

  /** A broker that has much to do may take longer to make them than the relay waits for that. */
  private void makeTopics(String name) throws IOException, InterruptedException {
    List<NewTopic> topics = new ArrayList<>();
    for (String sink : List.of("plain", "sure")) {
      for (String report : Visible.REPORTS) {
        topics.add(
            new NewTopic(
                name + "-" + sink + ".vendor." + report, Optional.empty(), Optional.empty()));
      }
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.brokers()))) {
      admin.createTopics(topics).all().get();
    } catch (ExecutionException e) {
      throw new IOException("the topics were not made", e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    for (SyslogReceiver syslog : syslogs) {
      syslog.kill();
    }
    if (own) {
      broker.kill();
    }
  }
}
