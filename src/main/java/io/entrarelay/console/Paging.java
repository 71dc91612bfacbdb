package io.entrarelay.console;

/** How much of a list is asked for at once. */
final class Paging {
  static final int MOST = 200;

  private Paging() {}

  /**
   * Refuses what is too little or too much.
   *
   * @throws ApiAdvice.Refused where it is
   */
  static void size(int size) {
    within("size", size, MOST);
  }

  static void within(String parameter, int value, int most) {
    if (value < 1 || value > most) {
      throw ApiAdvice.wrong(
          new ApiAdvice.Error(parameter, "is not from 1 to " + most, "Give such a number"));
    }
  }
}
