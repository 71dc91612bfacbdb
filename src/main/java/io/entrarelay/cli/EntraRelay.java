package io.entrarelay.cli;

/** The command line's entry. */
public final class EntraRelay {
  private EntraRelay() {}

  public static void main(String[] arguments) {
    System.out.println("entra-relay");
  }
}
