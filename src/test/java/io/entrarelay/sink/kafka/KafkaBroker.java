package io.entrarelay.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.FreePort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker, one node in KRaft mode, in a process of its own on free ports of this
 * machine: it can be stopped, killed and started again with the same ports and the same log.
 *
 * <pre>{@code
 * try (KafkaBroker broker = KafkaBroker.in(directory).set("message.max.bytes", "20000").start()) {
 *   broker.brokers(); // 127.0.0.1:PORT
 *   broker.kill();
 *   broker.restart();
 *   broker.committed("entra.vendor.signIns"); // what a read_committed consumer sees
 * }
 * }</pre>
 */
public final class KafkaBroker implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);

  /** Little is compiled, and little memory taken: most tests are over before that would pay. */
  private static final List<String> QUICK =
      List.of("-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private static final List<String> SHIPPED = List.of("-Xmx1g", "-Xms1g", "-XX:+UseG1GC");

  /** The ways in besides the plain one. */
  public enum Listener {
    SSL,
    SASL_PLAINTEXT,
    SASL_SSL
  }

  /** What a broker is started with. */
  public static final class Builder {
    private final Path directory;
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final Map<String, String> users = new LinkedHashMap<>();
    private List<String> jvm = QUICK;
    private @Nullable TestAuthority authority;

    private Builder(Path directory) {
      this.directory = directory;
    }

    /** Any property of the broker. */
    public Builder set(String property, String value) {
      properties.put(property, value);
      return this;
    }

    /** As Kafka's own scripts start it; slow to start, and as fast as it gets. */
    public Builder asShipped() {
      jvm = SHIPPED;
      return this;
    }

    /** Opens the SASL listener; the user may come by PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
    public Builder user(String name, String password) {
      users.put(name, password);
      return this;
    }

    /** Opens the SSL listener, which asks for a client certificate of the same authority. */
    public Builder tls(TestAuthority authority) {
      this.authority = authority;
      return this;
    }

    /** Formats the log directory and starts the broker; returns when it answers. */
    public KafkaBroker start() throws IOException, InterruptedException {
      KafkaBroker broker = new KafkaBroker(this);
      broker.format(users);
      broker.restart();
      return broker;
    }
  }

  private final Path directory;
  private final Path properties;
  private final Path log;
  private final List<String> jvm;
  private final Map<String, Integer> ports = new HashMap<>();
  private @Nullable Process process;

  public static Builder in(Path directory) {
    return new Builder(directory);
  }

  private KafkaBroker(Builder builder) throws IOException {
    directory = Files.createDirectories(builder.directory).toAbsolutePath();
    jvm = builder.jvm;
    log = directory.resolve("broker.log");
    properties = directory.resolve("server.properties");
    Map<String, String> all = new LinkedHashMap<>();
    List<String> names = new ArrayList<>(List.of("PLAINTEXT", "CONTROLLER"));
    if (builder.authority != null) {
      names.add(Listener.SSL.name());
      builder.authority.server(directory).forEach((name, value) -> all.put("ssl." + name, value));
      all.put("listener.name.ssl.ssl.client.auth", "required");
    }
    if (!builder.users.isEmpty()) {
      names.add(Listener.SASL_PLAINTEXT.name());
      if (builder.authority != null) {
        names.add(Listener.SASL_SSL.name());
      }
    }
    for (String name : names) {
      ports.put(name, FreePort.find());
    }
    all.put("process.roles", "broker,controller");
    all.put("node.id", "1");
    all.put("controller.quorum.voters", "1@127.0.0.1:" + ports.get("CONTROLLER"));
    all.put("controller.listener.names", "CONTROLLER");
    all.put("inter.broker.listener.name", "PLAINTEXT");
    all.put("listeners", listeners(names));
    all.put(
        "advertised.listeners",
        listeners(names.stream().filter(name -> !name.equals("CONTROLLER")).toList()));
    all.put(
        "listener.security.protocol.map",
        names.stream()
            .map(name -> name + ":" + (name.equals("CONTROLLER") ? "PLAINTEXT" : name))
            .collect(Collectors.joining(",")));
    if (!builder.users.isEmpty()) {
      all.put("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512");
      for (String name : names) {
        if (name.startsWith("SASL_")) {
          String prefix = "listener.name." + name.toLowerCase(java.util.Locale.ROOT);
          all.put(prefix + ".plain.sasl.jaas.config", plainUsers(builder.users));
          for (String scram : List.of("scram-sha-256", "scram-sha-512")) {
            all.put(
                prefix + "." + scram + ".sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
          }
        }
      }
    }
    all.put("log.dirs", directory.resolve("log").toString());
    all.put("num.partitions", "2");
    all.put("default.replication.factor", "1");
    all.put("offsets.topic.replication.factor", "1");
    all.put("offsets.topic.num.partitions", "2");
    all.put("transaction.state.log.replication.factor", "1");
    all.put("transaction.state.log.min.isr", "1");
    all.put("transaction.state.log.num.partitions", "2");
    all.put("group.initial.rebalance.delay.ms", "0");
    all.put("num.network.threads", "2");
    all.put("num.io.threads", "2");
    all.put("log.cleaner.dedupe.buffer.size", "4000000");
    all.putAll(builder.properties);
    Files.write(
        properties,
        all.entrySet().stream()
            .map(each -> each.getKey() + "=" + each.getValue().replace("\\", "\\\\"))
            .toList());
  }

  private static String plainUsers(Map<String, String> users) {
    return "org.apache.kafka.common.security.plain.PlainLoginModule required "
        + users.entrySet().stream()
            .map(user -> "user_" + user.getKey() + "=\"" + user.getValue() + "\"")
            .collect(Collectors.joining(" "))
        + ";";
  }

  private String listeners(Collection<String> names) {
    return names.stream()
        .map(name -> name + "://127.0.0.1:" + ports.get(name))
        .collect(Collectors.joining(","));
  }

  /** Where clients connect in the clear. */
  public String brokers() {
    return "127.0.0.1:" + ports.get("PLAINTEXT");
  }

  /** Where clients connect by another listener. */
  public String brokers(Listener listener) {
    return "127.0.0.1:" + Objects.requireNonNull(ports.get(listener.name()), listener + " is off");
  }

  /** By Kafka's own tool, in this process: another JVM takes as long again to come up. */
  private void format(Map<String, String> users) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "format",
                "--cluster-id",
                Uuid.randomUuid().toString(),
                "--config",
                properties.toString()));
    users.forEach(
        (name, password) -> {
          for (String mechanism : List.of("SCRAM-SHA-256", "SCRAM-SHA-512")) {
            arguments.add("--add-scram");
            arguments.add(mechanism + "=[name=" + name + ",password=" + password + "]");
          }
        });
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int exit =
        StorageTool.execute(arguments.toArray(String[]::new), new PrintStream(said, true, UTF_8));
    if (exit != 0) {
      throw new IOException("the log directory was not formatted: " + said.toString(UTF_8));
    }
  }

  /** Starts it again, with the same ports and log; returns when it answers. */
  public void restart() throws IOException, InterruptedException {
    process = launch(java("kafka.Kafka", properties.toString()));
    long end = System.nanoTime() + START.toNanos();
    try (Admin admin = impatient()) {
      while (!answers(admin)) {
        if (!process.isAlive() || System.nanoTime() > end) {
          close();
          throw new IOException("the broker does not start: " + tail());
        }
      }
    }
  }

  private static boolean answers(Admin admin) throws InterruptedException {
    try {
      return !admin.describeCluster().nodes().get().isEmpty();
    } catch (ExecutionException e) {
      return false;
    }
  }

  private List<String> java(String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(List.of(arguments));
    return command;
  }

  private Process launch(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private String tail() throws IOException {
    List<String> lines = Files.readAllLines(log, UTF_8);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
  }

  /** An orderly stop: what clients have sent and was taken is kept, and they are told. */
  public void stop() throws InterruptedException {
    Process running = Objects.requireNonNull(process);
    running.destroy();
    if (!running.waitFor(60, TimeUnit.SECONDS)) {
      kill();
    }
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    Objects.requireNonNull(process).destroyForcibly().waitFor();
  }

  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** The broker's process, for signals that Java does not send. */
  public long pid() {
    return Objects.requireNonNull(process).pid();
  }

  public Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", brokers()));
  }

  /** Asks a broker that may not be there yet again and again. */
  private Admin impatient() {
    return Admin.create(
        Map.of(
            "bootstrap.servers",
            brokers(),
            "request.timeout.ms",
            "1000",
            "default.api.timeout.ms",
            "2000",
            "reconnect.backoff.ms",
            "100"));
  }

  /**
   * What a consumer with {@code read_committed} finds in a topic, up to what was last written to it
   * before, whether that was committed or not; nothing where there is no such topic.
   */
  public List<ConsumerRecord<String, byte[]>> committed(String topic) {
    List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
    Map<String, Object> config =
        Map.of("bootstrap.servers", brokers(), "isolation.level", "read_committed");
    try (Admin admin = admin();
        KafkaConsumer<String, byte[]> consumer =
            new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
      if (!consumer.listTopics().containsKey(topic)) {
        return found;
      }
      Set<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .collect(Collectors.toSet());
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = new HashMap<>();
      admin
          .listOffsets(
              partitions.stream()
                  .collect(Collectors.toMap(each -> each, each -> OffsetSpec.latest())))
          .all()
          .get()
          .forEach((partition, end) -> ends.put(partition, end.offset()));
      Set<TopicPartition> open = new HashSet<>(partitions);
      long deadline = System.nanoTime() + START.toNanos();
      while (true) {
        open.removeIf(each -> consumer.position(each) >= ends.getOrDefault(each, 0L));
        if (open.isEmpty()) {
          return found;
        }
        if (System.nanoTime() > deadline) {
          throw new AssertionError("a transaction is open in " + open);
        }
        consumer.poll(Duration.ofMillis(200)).forEach(found::add);
      }
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    if (process != null) {
      kill();
    }
  }
}
