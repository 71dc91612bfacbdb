package io.entrarelay.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * Slows down those who try passwords: after some that were wrong, each further try for a name, and
 * each from an address, has to wait twice as long as the one before. A try counts as wrong until it
 * turns out right, so that many at once are no way around. A name that nobody has is treated like
 * any other. Memory is bounded: the least used names and addresses are forgotten.
 */
final class SignInLimit {
  /** Wrong passwords of a name, and from an address, that cost no wait. */
  static final int FREE_BY_NAME = 5;

  static final int FREE_BY_ADDRESS = 20;

  /** Others must not be able to shut someone out for long. */
  static final Duration LONGEST_BY_NAME = Duration.ofMinutes(1);

  static final Duration LONGEST_BY_ADDRESS = Duration.ofMinutes(15);
  private static final Duration FORGOTTEN = Duration.ofHours(1);
  private static final int MOST = 20_000;

  private static final class Tries {
    private int wrong;
    private long notBefore;
  }

  private final Ticker ticker;
  private final Cache<String, Tries> byName;
  private final Cache<String, Tries> byAddress;

  /**
   * @param ticker nanoseconds that only grow
   */
  SignInLimit(Ticker ticker) {
    this.ticker = ticker;
    this.byName = cache(ticker);
    this.byAddress = cache(ticker);
  }

  private static Cache<String, Tries> cache(Ticker ticker) {
    return Caffeine.newBuilder()
        .maximumSize(MOST)
        .expireAfterAccess(FORGOTTEN)
        .ticker(ticker)
        .executor(Runnable::run)
        .build();
  }

  /**
   * Begins a try.
   *
   * @return how long it has to wait: then it is not to be made; zero where it may
   */
  synchronized Duration begin(String name, String address) {
    Tries ofName = byName.get(key(name), each -> new Tries());
    Tries ofAddress = byAddress.get(network(address), each -> new Tries());
    long now = ticker.read();
    long wait = Math.max(wait(ofName, now), wait(ofAddress, now));
    if (wait > 0) {
      return Duration.ofNanos(wait);
    }
    count(ofName, now, FREE_BY_NAME, LONGEST_BY_NAME);
    count(ofAddress, now, FREE_BY_ADDRESS, LONGEST_BY_ADDRESS);
    return Duration.ZERO;
  }

  private static long wait(Tries tries, long now) {
    return tries.wrong == 0 ? 0 : tries.notBefore - now;
  }

  private static void count(Tries tries, long now, int free, Duration longest) {
    tries.wrong++;
    int over = tries.wrong - free;
    tries.notBefore =
        over < 0
            ? now
            : now
                + Math.min(
                    longest.toNanos(), Duration.ofSeconds(1).toNanos() << Math.min(over, 20));
  }

  /** The try that was begun was right: the name begins anew, and the address has one less. */
  synchronized void right(String name, String address) {
    byName.invalidate(key(name));
    Tries tries = byAddress.getIfPresent(network(address));
    if (tries != null) {
      tries.wrong = Math.max(0, tries.wrong - 1);
      tries.notBefore = Math.min(tries.notBefore, ticker.read());
    }
  }

  /** How many names and addresses are remembered. */
  synchronized long remembered() {
    byName.cleanUp();
    byAddress.cleanUp();
    return byName.estimatedSize() + byAddress.estimatedSize();
  }

  private static String key(String name) {
    String key = name.strip().toLowerCase(Locale.ROOT);
    return key.length() <= 64 ? key : key.substring(0, 64);
  }

  /** An address; of IPv6 the network, of which one machine has all addresses. */
  private static String network(String address) {
    try {
      // text of digits: no name is looked up
      if (address.indexOf(':') >= 0
          && InetAddress.getByName(address) instanceof Inet6Address inet6) {
        return Arrays.toString(Arrays.copyOf(inet6.getAddress(), 8));
      }
    } catch (UnknownHostException notAnAddress) {
      return address;
    }
    return address;
  }
}
