package io.entrarelay.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/** Reads no more than a bounded body of any request, whether it says its length or not. */
final class RequestBound extends OncePerRequestFilter {
  /** Bytes. */
  static final int MOST = 4 << 20;

  /** Bytes of a form with files, all of which is in memory while it is read. */
  static final int MOST_FORM = 1 << 20;

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    boolean form = isFormWithFiles(request.getContentType());
    if (form && request.getContentLengthLong() < 0) {
      response.setHeader("Connection", "close");
      response.sendError(HttpServletResponse.SC_LENGTH_REQUIRED);
      return;
    }
    if (request.getContentLengthLong() > (form ? MOST_FORM : MOST)) {
      response.setHeader("Connection", "close");
      response.sendError(HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE);
      return;
    }
    // one with a length can't be longer than that; forms without one are bounded by Tomcat
    chain.doFilter(request.getContentLengthLong() >= 0 ? request : new Bounded(request), response);
  }

  private static boolean isFormWithFiles(@Nullable String type) {
    return type != null && type.toLowerCase(Locale.ROOT).startsWith("multipart/");
  }

  /** Found while the body was read. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1;

    private TooLong() {
      super("the request's body is longer than " + MOST + " bytes");
    }
  }

  private static final class Bounded extends HttpServletRequestWrapper {
    private Bounded(HttpServletRequest request) {
      super(request);
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      return new BoundedStream(super.getInputStream());
    }

    @Override
    public BufferedReader getReader() throws IOException {
      return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
    }
  }

  private static final class BoundedStream extends ServletInputStream {
    private final ServletInputStream in;
    private int left = MOST;

    private BoundedStream(ServletInputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int read = in.read();
      if (read >= 0) {
        count(1);
      }
      return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = in.read(bytes, offset, length);
      if (read > 0) {
        count(read);
      }
      return read;
    }

    private void count(int read) throws IOException {
      left -= read;
      if (left < 0) {
        throw new TooLong();
      }
    }

    @Override
    public boolean isFinished() {
      return in.isFinished();
    }

    @Override
    public boolean isReady() {
      return in.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      in.setReadListener(listener);
    }
  }
}
