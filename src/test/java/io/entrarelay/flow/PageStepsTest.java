package io.entrarelay.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.CapturedLog;
import io.entrarelay.collect.Collecting;
import io.entrarelay.collect.Page;
import io.entrarelay.collect.Turn;
import io.entrarelay.mapping.Mappings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the steps of a page say of a route that is edited wrongly, or a mapping that fails. */
class PageStepsTest {
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Collecting collecting;

  @BeforeEach
  void start() {
    collecting = new Collecting(directory);
  }

  @AfterEach
  void stop() {
    collecting.close();
  }

  private Exchange exchange(Turn turn) {
    assertThat(turn.next()).isTrue();
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.setVariable(PollSteps.PAGE, collecting.cut(turn));
    return exchange;
  }

  @Test
  void aMappingThatFailsIsCountedAndNamed() throws Exception {
    Path mapping = directory.resolve("mappings/short/signIns.jslt");
    Files.createDirectories(mapping.getParent());
    Files.writeString(mapping, "error(\"no \" + .id)");
    List<String> names = List.of("vendor", "short");
    Forms forms = new Forms(names, Mappings.compile(directory.resolve("mappings"), names));
    collecting.read(
        turn -> {
          Exchange exchange = exchange(turn);
          collecting.pages().setRepeatedApart(PollSteps.page(exchange));
          try (CapturedLog log = new CapturedLog(Forms.class)) {
            forms.write(exchange);
            assertThat(log.lines())
                .containsExactly(
                    "WARN contoso/signIns: 2 times a record could not be mapped by "
                        + mapping
                        + "; kept with the reason among the dead letters");
          }
        });
  }

  @Test
  void aDropNeedsItsConditionAndItsPlace() throws Exception {
    collecting.read(
        turn -> {
          Exchange exchange = exchange(turn);
          Page page = PollSteps.page(exchange);
          PageDrop drop = new PageDrop();
          assertThatThrownBy(() -> drop.drop(exchange))
              .hasMessage("page-drop-action needs the parameter when");
          try {
            drop.setWhen("true");
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
          assertThatThrownBy(() -> drop.drop(exchange))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "page-drop-action stands before the repeated are set apart: put it into"
                      + " flow.forms, before the forms are written");
          collecting.pages().setRepeatedApart(page);
          drop.drop(exchange);
          assertThat(page.leaving().size()).isZero();
        });
  }

  @Test
  void aStepOutOfItsPlaceIsRefused() {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    assertThatThrownBy(() -> PollSteps.turn(exchange))
        .hasMessage("no turn under way: the steps of bean poll belong into the route flow.poll");
    assertThatThrownBy(() -> PollSteps.page(exchange))
        .hasMessage("no page under way: this step belongs behind poll.cut");
  }

  @Test
  void aConditionThatIsNoJsltIsNamed() {
    assertThatThrownBy(() -> new PageDrop().setWhen(".id =="))
        .hasMessageStartingWith("page-drop-action, parameter when");
  }
}
