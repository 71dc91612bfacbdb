package io.entrarelay.simulator;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * One gzip member (RFC 1952) put together from deflated pieces and plain texts, without inflating
 * or deflating anything.
 */
final class GzipAssembly {
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
  private static final int LARGEST_STORED = 0xFFFF;
  private static final int POLYNOMIAL = 0xEDB88320;
  // x to the power of 2 to the power of n, modulo the polynomial
  private static final int[] POWERS = powers();

  private final ByteArrayOutputStream out;
  private int crc = 0;
  private long length = 0;

  GzipAssembly(int expected) {
    out = new ByteArrayOutputStream(expected);
    out.writeBytes(HEADER);
  }

  void add(RenderedChunks.Chunk chunk) {
    out.writeBytes(chunk.deflated());
    count(chunk.crc(), chunk.length());
  }

  void add(String text) {
    stored(text.getBytes(StandardCharsets.UTF_8), false);
  }

  /** The whole member, ending with this text. */
  byte[] end(String text) {
    stored(text.getBytes(StandardCharsets.UTF_8), true);
    littleEndian(crc);
    littleEndian((int) length);
    return out.toByteArray();
  }

  /** A block that is not compressed (RFC 1951 section 3.2.4). */
  private void stored(byte[] text, boolean last) {
    if (text.length > LARGEST_STORED) {
      throw new IllegalArgumentException("a stored block holds at most 65535 bytes");
    }
    out.write(last ? 1 : 0);
    out.write(text.length);
    out.write(text.length >>> 8);
    out.write(~text.length);
    out.write(~text.length >>> 8);
    out.writeBytes(text);
    CRC32 sum = new CRC32();
    sum.update(text);
    count((int) sum.getValue(), text.length);
  }

  private void littleEndian(int value) {
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(value >>> shift);
    }
  }

  /** The CRC of two texts follows from theirs and the length of the second. */
  private void count(int nextCrc, int nextLength) {
    crc = multiply(shift(nextLength), crc) ^ nextCrc;
    length += nextLength;
  }

  /** x to the power of the bits in that many bytes, modulo the polynomial. */
  private static int shift(int bytes) {
    int product = 1 << 31;
    int power = 3;
    for (int rest = bytes; rest != 0; rest >>>= 1, power++) {
      if ((rest & 1) != 0) {
        product = multiply(POWERS[power & 31], product);
      }
    }
    return product;
  }

  private static int[] powers() {
    int[] powers = new int[32];
    int power = 1 << 30;
    powers[0] = power;
    for (int i = 1; i < powers.length; i++) {
      power = multiply(power, power);
      powers[i] = power;
    }
    return powers;
  }

  /** The product of two polynomials, lowest power in the highest bit. */
  private static int multiply(int a, int b) {
    int product = 0;
    int factor = b;
    for (int bit = 1 << 31; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= factor;
      }
      factor = (factor & 1) != 0 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
    }
    return product;
  }
}
