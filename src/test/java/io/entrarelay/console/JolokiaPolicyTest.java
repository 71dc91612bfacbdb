package io.entrarelay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.entrarelay.config.Role;
import io.entrarelay.state.AuditLog.Entry;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each role may do by Jolokia, asked on both of its paths, with GET and with POST. */
@Timeout(60)
class JolokiaPolicyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ROUTE =
      "org.apache.camel:context=test,type=routes,name=\\\"some.route\\\"";
  private static final String ROUTE_IN_PATH =
      "org.apache.camel:context=test,type=routes,name=%22some.route%22";

  /** As much of a route as the policy cares for. */
  public interface RouteMBean {
    String getState();

    void setState(String state);

    void start();

    void stop();

    void stop(Long timeout);

    boolean remove();

    void updateRouteFromXml(String xml);

    String dumpRouteAsXml();
  }

  /** Counts. */
  public static final class Route implements RouteMBean {
    private static final AtomicInteger CALLS = new AtomicInteger();

    @Override
    public String getState() {
      return "Started";
    }

    @Override
    public void setState(String state) {
      CALLS.incrementAndGet();
    }

    @Override
    public void start() {
      CALLS.incrementAndGet();
    }

    @Override
    public void stop() {
      CALLS.incrementAndGet();
    }

    @Override
    public void stop(Long timeout) {
      CALLS.incrementAndGet();
    }

    @Override
    public boolean remove() {
      CALLS.incrementAndGet();
      return true;
    }

    @Override
    public void updateRouteFromXml(String xml) {
      CALLS.incrementAndGet();
    }

    @Override
    public String dumpRouteAsXml() {
      return "<route/>";
    }
  }

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static OpenConsole console;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Visitor viewer;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Visitor operator;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Visitor administrator;

  @BeforeAll
  static void open() throws JMException {
    ManagementFactory.getPlatformMBeanServer().registerMBean(new Route(), name());
    console = OpenConsole.open(directory, Map.of(), InstantSource.system());
    viewer = console.visitor(Role.VIEWER);
    operator = console.visitor(Role.OPERATOR);
    administrator = console.visitor(Role.TENANT_ADMINISTRATOR);
  }

  private static ObjectName name() throws JMException {
    return new ObjectName(ROUTE.replace("\\", ""));
  }

  @AfterAll
  static void close() throws JMException {
    console.close();
    ManagementFactory.getPlatformMBeanServer().unregisterMBean(name());
  }

  private static int status(Visitor visitor, String path, String request) {
    HttpResponse<String> response = visitor.json(path, request);
    return response.statusCode() != 200
        ? response.statusCode()
        : parsed(response).path("status").asInt();
  }

  private static JsonNode parsed(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new AssertionError(response.body(), e);
    }
  }

  private static int status(Visitor visitor, String path) {
    HttpResponse<String> response = visitor.get(path);
    return response.statusCode() != 200
        ? response.statusCode()
        : parsed(response).path("status").asInt();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/actuator/jolokia", "/actuator/hawtio/jolokia"})
  void viewersReadOnly(String path) {
    int before = Route.CALLS.get();
    assertThat(status(viewer, path, "{'type':'version'}".replace('\'', '"'))).isEqualTo(200);
    assertThat(status(viewer, path, read("State"))).isEqualTo(200);
    assertThat(status(viewer, path, exec("dumpRouteAsXml()"))).isEqualTo(200);
    assertThat(status(viewer, path, exec("stop()"))).isEqualTo(403);
    assertThat(status(viewer, path, exec("stop"))).isEqualTo(403);
    assertThat(status(viewer, path, exec("start()"))).isEqualTo(403);
    assertThat(status(viewer, path + "/read/" + ROUTE_IN_PATH + "/State")).isEqualTo(200);
    assertThat(status(viewer, path + "/exec/" + ROUTE_IN_PATH + "/stop()")).isEqualTo(403);
    assertThat(Route.CALLS).hasValue(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/actuator/jolokia", "/actuator/hawtio/jolokia"})
  void operatorsStopAndStartRoutesByPostAlone(String path) {
    int before = Route.CALLS.get();
    assertThat(status(operator, path, exec("stop()"))).isEqualTo(200);
    assertThat(status(operator, path, exec("start()"))).isEqualTo(200);
    assertThat(
            status(
                operator,
                path,
                ("{\"type\":\"exec\",\"mbean\":\""
                    + ROUTE
                    + "\",\"operation\":\"stop(java.lang.Long)\",\"arguments\":[1]}")))
        .isEqualTo(200);
    assertThat(Route.CALLS).hasValue(before + 3);
    assertThat(console.store.auditLog().list(Long.MAX_VALUE, 3))
        .extracting(Entry::who, Entry::what, Entry::target)
        .containsExactly(
            tuple("operator", "route stop", "some.route"),
            tuple("operator", "route start", "some.route"),
            tuple("operator", "route stop", "some.route"));
    assertThat(status(operator, path + "/exec/" + ROUTE_IN_PATH + "/stop()")).isEqualTo(403);
    assertThat(Route.CALLS).hasValue(before + 3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exec | ROUTE | remove()",
        "exec | ROUTE | updateRouteFromXml",
        "exec | org.apache.camel:type=routes,* | stop()",
        "exec | *:type=routes,* | stop()",
        "exec | com.sun.management:type=DiagnosticCommand | vmSystemProperties",
        "exec | java.lang:type=Memory | gc",
        "exec | java.util.logging:type=Logging | getLoggerLevel",
        "exec | jolokia:type=Config | resetHistoryEntries",
        "exec | JMImplementation:type=MBeanServerDelegate | toString",
        "write | ROUTE | State",
        "read | java.lang:type=Runtime | SystemProperties",
        "read | java.lang:type=Runtime | InputArguments",
        "read | com.sun.management:type=HotSpotDiagnostic | DiagnosticOptions",
        "read | java.util.logging:type=Logging | LoggerNames",
      })
  void nobodyDoes(String type, String bean, String member) {
    int before = Route.CALLS.get();
    String request =
        "{\"type\":\"%s\",\"mbean\":\"%s\",\"%s\":\"%s\",\"command\":\"%s\",\"value\":\"x\"}"
            .formatted(
                type,
                bean.equals("ROUTE") ? ROUTE : bean,
                type.equals("exec") ? "operation" : "attribute",
                member,
                member);
    for (Visitor someone : new Visitor[] {viewer, operator, administrator}) {
      assertThat(status(someone, "/actuator/jolokia", request)).isEqualTo(403);
    }
    assertThat(Route.CALLS).hasValue(before);
  }

  @Test
  void nobodyListensToNotifications() {
    assertThat(
            status(
                administrator,
                "/actuator/jolokia",
                "{\"type\":\"notification\",\"command\":\"register\"}"))
        .isEqualTo(403);
  }

  @Test
  void hawtioLearnsWhatAPersonMayDo() {
    String asked =
        "{\"type\":\"exec\",\"mbean\":\""
            + HawtioRights.NAME
            + "\",\"operation\":\"canInvoke(java.util.Map)\",\"arguments\":[{\""
            + ROUTE
            + "\":[\"stop()\"]}]}";
    for (Visitor someone : new Visitor[] {viewer, operator}) {
      JsonNode answer = parsed(someone.json("/actuator/hawtio/jolokia", asked));
      assertThat(answer.findValue("CanInvoke").asBoolean()).isEqualTo(someone == operator);
    }
  }

  @Test
  void eachRequestOfABulkIsJudgedAlone() {
    int before = Route.CALLS.get();
    HttpResponse<String> answer =
        viewer.json(
            "/actuator/hawtio/jolokia",
            "[" + read("State") + "," + exec("stop()") + "," + exec("dumpRouteAsXml()") + "]");
    assertThat(parsed(answer).findValuesAsText("status")).containsExactly("200", "403", "200");
    assertThat(Route.CALLS).hasValue(before);
  }

  @Test
  void patternsTellOnlyWhatMayBeRead() {
    String all =
        "{\"type\":\"read\",\"mbean\":\"java.lang:type=Runtime\",\"ignoreErrors\":true,"
            + "\"config\":{\"ignoreErrors\":\"true\"}}";
    String answer = administrator.json("/actuator/jolokia", all).body();
    assertThat(answer).doesNotContain("java.class.path", System.getProperty("java.home"));
    String found = administrator.get("/actuator/jolokia/search/*:*").body();
    assertThat(found)
        .contains("java.lang")
        .doesNotContain("DiagnosticCommand", "HotSpotDiagnostic");
    String listed = administrator.get("/actuator/jolokia/list").body();
    assertThat(listed).contains("some.route").doesNotContain("DiagnosticCommand");
  }

  @Test
  void noRequestGoesOnToAnotherMachine() {
    String proxied =
        read("State").replace("}", ",\"target\":{\"url\":\"service:jmx:rmi:///jndi/x\"}}");
    assertThat(status(administrator, "/actuator/jolokia", proxied)).isEqualTo(403);
    String stop =
        exec("stop()").replace("}", ",\"target\":{\"url\":\"service:jmx:rmi:///jndi/x\"}}");
    int before = Route.CALLS.get();
    assertThat(status(operator, "/actuator/jolokia", stop)).isEqualTo(403);
    assertThat(Route.CALLS).hasValue(before);
    assertThat(viewer.get("/actuator/hawtio/proxy/http/127.0.0.1/1/x").statusCode()).isEqualTo(403);
  }

  private static String read(String attribute) {
    return "{\"type\":\"read\",\"mbean\":\"" + ROUTE + "\",\"attribute\":\"" + attribute + "\"}";
  }

  private static String exec(String operation) {
    return "{\"type\":\"exec\",\"mbean\":\"" + ROUTE + "\",\"operation\":\"" + operation + "\"}";
  }
}
