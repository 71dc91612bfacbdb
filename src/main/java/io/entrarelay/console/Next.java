package io.entrarelay.console;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where someone wanted to go before signing in: only pages of the console itself. */
final class Next {
  static final String PARAMETER = "next";
  static final String HOME = "/integrations";
  private static final Pattern PLAIN = Pattern.compile("/[A-Za-z0-9][A-Za-z0-9/_.~%?&=+-]{0,500}");

  private Next() {}

  /** A path within the console; {@link #HOME} where what was given is none. */
  static String of(@Nullable String given) {
    if (given == null || !PLAIN.matcher(given).matches()) {
      return HOME;
    }
    try {
      URI uri = new URI(given);
      boolean within = !uri.isAbsolute() && uri.getRawAuthority() == null;
      return within && uri.getPath() != null && !uri.getPath().contains("..") ? given : HOME;
    } catch (URISyntaxException e) {
      return HOME;
    }
  }
}
