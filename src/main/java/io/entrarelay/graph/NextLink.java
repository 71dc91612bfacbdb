package io.entrarelay.graph;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The link to a collection's next page, {@code @odata.nextLink}. It is remote data and gets the
 * bearer token, so it must stay with the collection that is being read.
 *
 * @see <a href="https://learn.microsoft.com/graph/paging">Paging Microsoft Graph data</a>
 */
public final class NextLink {
  private static final int LIMIT = 8 << 10;
  // without { and }, which no URL holds (RFC 3986) and Camel would take for a placeholder
  private static final Pattern VISIBLE = Pattern.compile("[!-z|~]+");
  private static final Pattern SKIP_TOKEN =
      Pattern.compile("(?i)(?:^|&)(?:\\$|%24)skiptoken=([^&]*)");

  private NextLink() {}

  /**
   * Checks that a link leads on in the same collection: https (or the simulator's http on this
   * machine), the same host, port and path, nothing before the host and nothing after the query.
   *
   * @param collection the collection's address with its path; a query is ignored
   * @return the link as it came: re-encoding it would break its skip token
   * @throws NextLinkException when it must not be followed
   */
  public static String check(URI collection, String nextLink) throws NextLinkException {
    if (nextLink.length() > LIMIT) {
      throw refused("is longer than 8 KiB");
    }
    if (!VISIBLE.matcher(nextLink).matches() || nextLink.indexOf('\\') >= 0) {
      throw refused("holds characters that no URL may hold");
    }
    if (nextLink.indexOf('#') >= 0) {
      throw refused("holds a fragment");
    }
    int question = nextLink.indexOf('?');
    URI link;
    try {
      link = new URI(question < 0 ? nextLink : nextLink.substring(0, question));
    } catch (URISyntaxException e) {
      throw refused("is no URL");
    }
    String host = Cloud.host(link);
    if (link.getScheme() == null || host.isEmpty()) {
      throw refused("names no host");
    }
    if (link.getRawUserInfo() != null || link.getRawAuthority().indexOf('@') >= 0) {
      throw refused("carries a user name for the host " + Printable.line(host, 100));
    }
    String scheme = link.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals(collection.getScheme())
        || !(scheme.equals("https") || Cloud.isPlainLoopback(link))) {
      throw refused("is not https (host " + Printable.line(host, 100) + ")");
    }
    if (!host.equals(Cloud.host(collection)) || Cloud.port(link) != Cloud.port(collection)) {
      throw refused(
          "points to "
              + Printable.line(host, 100)
              + ":"
              + Cloud.port(link)
              + ", not to "
              + Cloud.host(collection)
              + ":"
              + Cloud.port(collection));
    }
    if (!link.getRawPath().equalsIgnoreCase(collection.getRawPath())) {
      throw refused("leaves the collection " + collection.getRawPath() + " on " + host);
    }
    String query = question < 0 ? "" : nextLink.substring(question + 1);
    Matcher token = SKIP_TOKEN.matcher(query);
    if (query.isEmpty() || (token.find() && token.group(1).isEmpty())) {
      // Followed, it would begin the collection anew, or for ever.
      throw new NextLinkException(
          "Graph lost the place in "
              + collection.getRawPath()
              + ": its nextLink on "
              + host
              + " holds no skip token. The window is read again.",
          true);
    }
    return nextLink;
  }

  private static NextLinkException refused(String what) {
    return new NextLinkException(
        "a nextLink "
            + what
            + ". It was not followed, the token went nowhere, and the window is read again.",
        false);
  }
}
