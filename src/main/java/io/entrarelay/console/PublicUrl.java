package io.entrarelay.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Where a proxy stands before the console, a request's scheme, host and port are those of {@code
 * relay.console.public-url}, whatever the request says; of what the proxy adds only the client's
 * address is believed, the last one, which the proxy itself has written. Without a public URL
 * nothing that is forwarded is believed.
 */
final class PublicUrl extends OncePerRequestFilter {
  private static final String FORWARDED_FOR = "X-Forwarded-For";

  private final @Nullable URI url;

  PublicUrl(@Nullable URI url) {
    this.url = url;
  }

  /** The path below which the console is, without a slash at its end; empty for none. */
  static String path(@Nullable URI url) {
    return url == null || url.getRawPath() == null ? "" : url.getRawPath();
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    chain.doFilter(url == null ? request : new Public(request, url), response);
  }

  private static final class Public extends HttpServletRequestWrapper {
    private final URI url;
    private final String scheme;
    private final int port;
    private final String address;

    private Public(HttpServletRequest request, URI url) {
      super(request);
      this.url = url;
      this.scheme = url.getScheme().toLowerCase(Locale.ROOT);
      this.port = url.getPort() >= 0 ? url.getPort() : scheme.equals("https") ? 443 : 80;
      this.address = address(request);
    }

    private static String address(HttpServletRequest request) {
      Enumeration<String> headers = request.getHeaders(FORWARDED_FOR);
      String last = null;
      for (String header :
          headers == null ? Collections.<String>emptyList() : Collections.list(headers)) {
        last = header;
      }
      if (last == null) {
        return request.getRemoteAddr();
      }
      String address = last.substring(last.lastIndexOf(',') + 1).strip();
      return address.matches("[0-9a-fA-F.:]{2,45}") ? address : request.getRemoteAddr();
    }

    @Override
    public String getScheme() {
      return scheme;
    }

    @Override
    public boolean isSecure() {
      return scheme.equals("https");
    }

    @Override
    public String getServerName() {
      return url.getHost();
    }

    @Override
    public int getServerPort() {
      return port;
    }

    @Override
    public StringBuffer getRequestURL() {
      return new StringBuffer(scheme + "://" + url.getRawAuthority() + getRequestURI());
    }

    @Override
    public String getRemoteAddr() {
      return address;
    }

    @Override
    public String getRemoteHost() {
      return address;
    }
  }
}
