package io.entrarelay.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Reads the settings of the Kafka sink. What Kafka's producer is given besides is checked by
 * Kafka's own definitions, except for what would break the sink's promise: that is refused here.
 */
final class KafkaReader {
  private static final String GROUP = "relay.sinks.kafka";
  private static final String PROPERTIES = GROUP + ".properties";
  private static final Pattern BROKER =
      Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.%]{2,60}]):[1-9][0-9]{0,4}");

  /** What a page can say of itself in a topic's name. */
  private static final Pattern FIELD = Pattern.compile("\\{(form|report|integration|tenantId)}");

  private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{1,249}");

  /** Files of these are relative to the settings' own. */
  private static final Set<String> FILES =
      Set.of(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG);

  /** The sink's own, and what to do instead. */
  private static final Map<String, String> OWN =
      Map.of(
          ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
          "Write the brokers as " + GROUP + ".brokers",
          ProducerConfig.TRANSACTIONAL_ID_CONFIG,
          "Remove it; " + GROUP + ".transactional: true gives each shard its own",
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          "Remove it: keys are bytes of UTF-8",
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          "Remove it: values are the bytes of a form's line");

  /** What these must be, so that no record is lost or comes twice; where they may be written. */
  private static final Map<String, List<String>> PROMISE =
      Map.of(
          ProducerConfig.ACKS_CONFIG,
          List.of("all", "-1"),
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
          List.of("true"));

  private final Path directory;
  private final SettingsValues values;

  /**
   * @param directory that of {@code application.yaml}
   */
  KafkaReader(Path directory, SettingsValues values) {
    this.directory = directory;
    this.values = values;
  }

  RelaySettings.Kafka read() {
    boolean enabled = values.flag(GROUP + ".enabled", false);
    return new RelaySettings.Kafka(
        enabled,
        brokers(enabled),
        topic(),
        values.flag(GROUP + ".transactional", false),
        properties());
  }

  private String brokers(boolean needed) {
    String key = GROUP + ".brokers";
    String remedy = "Write host:port, several with commas: kafka1:9092,kafka2:9092";
    List<String> brokers = values.texts(key, List.of());
    for (String broker : brokers) {
      if (!BROKER.matcher(broker).matches()) {
        values.problem(key, IntegrationReader.shown(broker) + " is no broker", remedy);
      }
    }
    if (needed && brokers.isEmpty()) {
      values.problem(key, "is missing, and the Kafka sink is on", remedy);
    }
    return String.join(",", brokers);
  }

  /**
   * Written with {@code {form}}, since <code>${…}</code> is an environment variable in settings;
   * shown to routes with Camel's {@code $simple{…}}, which Spring leaves alone.
   */
  private String topic() {
    String key = GROUP + ".topic";
    String text = values.text(key, "entra.{form}.{report}");
    if (!TOPIC.matcher(FIELD.matcher(text).replaceAll("x")).matches()) {
      values.problem(
          key,
          IntegrationReader.shown(text) + " can't name a topic",
          "Write letters, digits, . _ - and {form}, {report}, {integration} or {tenantId}");
    }
    String expression = FIELD.matcher(text).replaceAll("\\$simple{variable.$1}");
    values.show(key, expression);
    return expression;
  }

  private Map<String, String> properties() {
    Map<String, String> given =
        values.foreign(PROPERTIES, ProducerConfig::configNames, "property of a Kafka producer");
    if (given.isEmpty()) {
      return Map.of();
    }
    Map<String, String> properties = new HashMap<>(given);
    FILES.forEach(name -> properties.computeIfPresent(name, (key, file) -> file(key, file)));
    boolean own = false;
    for (String name : given.keySet()) {
      String instead = OWN.get(name);
      List<String> allowed = PROMISE.get(name);
      if (instead != null) {
        own = true;
        values.problem(PROPERTIES + "." + name, "is the sink's own", instead);
      } else if (allowed != null && !allowed.contains(given.get(name))) {
        own = true;
        values.problem(
            PROPERTIES + "." + name,
            "would let records be lost or come twice",
            "Remove it: it is " + allowed.get(0));
      }
    }
    if (!own && valid(properties)) {
      together(properties);
    }
    return Map.copyOf(properties);
  }

  private String file(String name, String file) {
    try {
      return directory.resolve(file).toAbsolutePath().normalize().toString();
    } catch (InvalidPathException e) {
      values.problem(PROPERTIES + "." + name, "is not a file's name", "Write a path");
      return file;
    }
  }

  /** Each value by itself. */
  private boolean valid(Map<String, String> properties) {
    boolean valid = true;
    ConfigDef definitions = ProducerConfig.configDef();
    for (ConfigValue value : definitions.validate(properties)) {
      if (properties.containsKey(value.name()) && !value.errorMessages().isEmpty()) {
        valid = false;
        String said = value.errorMessages().get(0);
        // what stands before it repeats the value, which may be a secret
        String prefix = "for configuration " + value.name() + ": ";
        int at = said.indexOf(prefix);
        values.problem(
            PROPERTIES + "." + value.name(),
            "can't be used" + (at < 0 ? "" : ": " + said.substring(at + prefix.length())),
            "See kafka.apache.org/documentation/#producerconfigs_" + value.name());
      }
    }
    return valid;
  }

  /** All of them beside what the sink needs. */
  private void together(Map<String, String> properties) {
    Map<String, Object> all = new HashMap<>(properties);
    all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:9092");
    all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    try {
      new ProducerConfig(all);
    } catch (ConfigException e) {
      values.problem(
          PROPERTIES,
          "can't be used together: " + String.valueOf(e.getMessage()).replaceAll("[. ]+$", ""),
          "Correct them; acks=all and enable.idempotence=true are given");
    }
  }
}
