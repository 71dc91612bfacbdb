package io.entrarelay.flow;

import io.entrarelay.collect.Collector;
import io.entrarelay.collect.Page;
import io.entrarelay.collect.Pages;
import io.entrarelay.collect.Turn;
import io.entrarelay.collect.Walk;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.graph.AccessToken;
import io.entrarelay.graph.NextLinkException;
import io.entrarelay.graph.TokenException;
import io.entrarelay.record.PageBody;
import io.entrarelay.record.PageException;
import io.entrarelay.record.PageMemory;
import io.entrarelay.record.RecordBatch;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The bean {@code poll}: the steps of the page loop. */
public final class PollSteps {
  static final String TURN = "turn";
  static final String PAGE = "page";
  private static final String TOKEN = "token";

  /** Graph is seen to take minutes over wide windows; its own advice is to try smaller ones. */
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  private final Collector collector;
  private final Pages pages;
  private final Connections connections;
  private final PageMemory memory;

  public PollSteps(Collector collector, Pages pages, Connections connections, PageMemory memory) {
    this.collector = collector;
    this.pages = pages;
    this.connections = connections;
    this.memory = memory;
  }

  static Turn turn(Exchange exchange) {
    return Objects.requireNonNull(
        exchange.getVariable(TURN, Turn.class),
        "no turn under way: the steps of bean poll belong into the route flow.poll");
  }

  static Page page(Exchange exchange) {
    return Objects.requireNonNull(
        exchange.getVariable(PAGE, Page.class),
        "no page under way: this step belongs behind poll.cut");
  }

  /** A report's tick: its fresh window is due for every integration that has the report. */
  public void due(Exchange exchange) {
    collector.tick(Objects.requireNonNull(exchange.getVariable("report", String.class)));
  }

  /** The page loop's condition: a link to read, and a request of the budget for it. */
  public boolean hasNext(Exchange exchange) {
    return turn(exchange).next();
  }

  /** Takes the next link. (A step of its own: a condition sees a copy of the exchange.) */
  public void next(Exchange exchange) {
    exchange.removeVariable(PAGE);
    exchange.removeVariable("batch");
    exchange.setVariable("nextLink", turn(exchange).walk().link());
  }

  /**
   * Sets the bearer token for the integration's own host. The last step before the request: a
   * process that was stopped until others took over sends none.
   */
  public void authorize(Exchange exchange) throws TokenException, CredentialException {
    AccessToken token = connections.of(turn(exchange).walk().feed().integration()).token();
    turn(exchange).requireLease();
    exchange.setVariable(TOKEN, token);
    exchange.getMessage().setHeader("Authorization", "Bearer " + token.value());
  }

  static AccessToken token(Exchange exchange) {
    return Objects.requireNonNull(exchange.getVariable(TOKEN, AccessToken.class));
  }

  /** Reads the answer to its end and cuts it: the body becomes the page's records. */
  public void cut(Exchange exchange) throws IOException, PageException, NextLinkException {
    Turn turn = turn(exchange);
    Walk walk = turn.walk();
    Message message = exchange.getMessage();
    PageBody body;
    try (InputStream in = message.getMandatoryBody(InputStream.class)) {
      body = PageBody.read(in, memory, DEADLINE);
    } catch (org.apache.camel.InvalidPayloadException e) {
      throw new IOException(
          "The answer has no body. Look for a step before poll.cut that takes it away, or a proxy"
              + " that does.",
          e);
    } finally {
      turn.answered();
    }
    Page page = pages.cut(walk, body);
    RecordBatch batch = page.batch();
    exchange.setVariable(PAGE, page);
    exchange.setVariable("batch", batch);
    message.setBody(batch);
  }

  /** Sets apart what was taken before. */
  public void setRepeatedApart(Exchange exchange) {
    pages.setRepeatedApart(page(exchange));
  }

  /** Commits the page: seen pairs, outbox and coverage in one transaction. */
  public void commit(Exchange exchange) {
    pages.commit(page(exchange));
  }
}
