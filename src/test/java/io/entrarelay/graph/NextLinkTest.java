package io.entrarelay.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Only a link that leads on in the same collection gets the token. */
class NextLinkTest {
  private static final URI SIGN_INS =
      URI.create("https://graph.microsoft.com/v1.0/auditLogs/signIns");

  private static NextLinkException refused(URI collection, String link) {
    NextLinkException refused =
        catchThrowableOfType(NextLinkException.class, () -> NextLink.check(collection, link));
    assertThat(refused).as(link).isNotNull();
    return refused;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://graph.microsoft.com/v1.0/auditLogs/signIns?$top=1&$skiptoken=9177f2e3532fcd4c4d_1",
        "https://graph.microsoft.com:443/v1.0/auditLogs/signIns?$skiptoken=a%2Bb+c%20d==",
        "https://GRAPH.microsoft.com/v1.0/auditLogs/signins?%24skiptoken=1",
        "https://graph.microsoft.com/v1.0/auditLogs/signIns?$skip=1000",
      })
  void isReturnedAsItCame(String link) throws Exception {
    assertThat(NextLink.check(SIGN_INS, link)).isSameAs(link);
  }

  @Test
  void theSimulatorsPlainHttpIsFollowedOnThisMachine() throws Exception {
    URI here = URI.create("http://127.0.0.1:18443/v1.0/auditLogs/signIns");
    String link = here + "?$skiptoken=1";
    assertThat(NextLink.check(here, link)).isEqualTo(link);
    URI elsewhere = URI.create("http://graph.example/v1.0/auditLogs/signIns");
    assertThat(refused(elsewhere, elsewhere + "?$skiptoken=1"))
        .hasMessageContaining("is not https (host graph.example)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://evil.example/v1.0/auditLogs/signIns?$skiptoken=S | points to evil.example:443, not to graph.microsoft.com:443",
        "https://graph.microsoft.com.evil.example/v1.0/auditLogs/signIns?$skiptoken=S | points to graph.microsoft.com.evil.example:443",
        "https://graph.microsoft.com:8443/v1.0/auditLogs/signIns?$skiptoken=S | points to graph.microsoft.com:8443",
        "http://graph.microsoft.com/v1.0/auditLogs/signIns?$skiptoken=S | is not https (host graph.microsoft.com)",
        "https://graph.microsoft.com@evil.example/v1.0/auditLogs/signIns?$skiptoken=S | carries a user name for the host evil.example",
        "https://evil.example\\@graph.microsoft.com/v1.0/auditLogs/signIns?$skiptoken=S | holds characters that no URL may hold",
        "https://graph.microsoft.com/v1.0/auditLogs/signIns?$skiptoken=S#x | holds a fragment",
        "https://graph.microsoft.com/v1.0/users?$skiptoken=S | leaves the collection /v1.0/auditLogs/signIns on graph.microsoft.com",
        "https://graph.microsoft.com/v1.0/auditLogs/signIns/../users?$skiptoken=S | leaves the collection",
        "https://graph.microsoft.com/beta/auditLogs/signIns?$skiptoken=S | leaves the collection",
        "https://graph.microsoft.com/v1.0/auditLogs/signIns?$filter=a b | holds characters that no URL may hold",
        "/v1.0/auditLogs/signIns?$skiptoken=S | names no host",
        "//evil.example/v1.0/auditLogs/signIns?$skiptoken=S | names no host",
        "javascript:alert(1) | names no host",
        "https://[x?$skiptoken=S | is no URL",
        "'' | holds characters that no URL may hold",
      })
  void isRefusedByNameWithoutItsToken(String link, String reason) {
    NextLinkException refused = refused(SIGN_INS, link);
    assertThat(refused)
        .hasMessageStartingWith("a nextLink " + reason)
        .hasMessageEndingWith(
            ". It was not followed, the token went nowhere, and the window is read again.")
        .hasMessageNotContaining("skiptoken");
    assertThat(refused.lost()).isFalse();
  }

  @Test
  void isBounded() {
    assertThat(refused(SIGN_INS, SIGN_INS + "?$skiptoken=" + "a".repeat(8192)))
        .hasMessageStartingWith("a nextLink is longer than 8 KiB.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?", "?$skiptoken=", "?$top=1000&$skiptoken=&a=b", "?%24skipToken="})
  void anEmptySkipTokenIsALostPlace(String query) {
    NextLinkException refused = refused(SIGN_INS, SIGN_INS + query);
    assertThat(refused.lost()).isTrue();
    assertThat(refused)
        .hasMessage(
            "Graph lost the place in /v1.0/auditLogs/signIns: its nextLink on graph.microsoft.com"
                + " holds no skip token. The window is read again.");
  }

  @Property(tries = 2000)
  void whateverIsAcceptedGoesToTheSameHost(
      @ForAll @CharRange(from = ' ', to = '~') @StringLength(max = 20) String before,
      @ForAll @CharRange(from = ' ', to = '~') @StringLength(max = 20) String between) {
    String link =
        "https://" + before + "graph.microsoft.com" + between + "/v1.0/auditLogs/signIns?a=b";
    try {
      URI accepted = URI.create(NextLink.check(SIGN_INS, link));
      assertThat(accepted.getHost()).isEqualTo("graph.microsoft.com");
      assertThat(accepted.getPort()).isIn(-1, 443);
      assertThat(accepted.getUserInfo()).isNull();
    } catch (NextLinkException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }
}
