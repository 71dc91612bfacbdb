package io.entrarelay;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The house's one way: who may know whom. */
@AnalyzeClasses(packages = "io.entrarelay", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseTest {
  private static final String CAMEL = "org.apache.camel..";

  @ArchTest
  static final ArchRule COLLECTING_KNOWS_NO_SINK =
      noClasses()
          .that()
          .resideInAPackage("..collect..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..sink..", CAMEL)
          .because("a record goes one way: the outbox lies between collecting and forwarding");

  @ArchTest
  static final ArchRule A_SINK_KNOWS_NO_SOURCE =
      noClasses()
          .that()
          .resideInAPackage("..sink..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..collect..", "..graph..", "..plan..", "..credential..")
          .because("a sink takes any form of any report");

  @ArchTest
  static final ArchRule RECORDS_KNOW_NO_ROUTE =
      noClasses()
          .that()
          .resideInAPackage("..record..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..flow..", "..relay..", "..collect..", "..state..", "..sink..")
          .because("cutting a page is the same whatever route it comes by");

  @ArchTest
  static final ArchRule A_PLAN_KNOWS_NOTHING_BUT_ITSELF =
      noClasses()
          .that()
          .resideInAPackage("..plan..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("..plan..", "java..", "org.jspecify..")
          .because("it is a state machine over numbers, tested without clocks and stores");

  @ArchTest
  static final ArchRule THE_WAY_TO_GRAPH_KNOWS_NO_STATE =
      noClasses()
          .that()
          .resideInAnyPackage("..graph..", "..credential..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("..collect..", "..state..", "..sink..", "..flow..", "..relay..");

  @ArchTest
  static final ArchRule THE_SIMULATOR_IS_FOR_THE_COMMAND_LINE =
      noClasses()
          .that()
          .resideOutsideOfPackages("..simulator..", "..cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("..simulator..")
          .because("the product must not know that it is simulated to");

  @ArchTest
  static final ArchRule THE_SIMULATOR_SHARES_NO_CODE_WITH_THE_PRODUCT =
      noClasses()
          .that()
          .resideInAPackage("..simulator..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "..collect..", "..graph..", "..record..", "..state..", "..sink..", "..flow..", CAMEL)
          .because("a mistake that both make would not be seen");

  @ArchTest
  static final ArchRule NO_CIRCLES =
      slices().matching("io.entrarelay.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NO_PLACE_FOR_ANYTHING =
      noClasses()
          .should()
          .resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..misc..")
          .because("what has no name of its own has no place yet");

  @ArchTest
  static final ArchRule NOBODY_SLEEPS =
      noClasses()
          .that()
          .resideOutsideOfPackage("..simulator..") // a slow Graph is simulated by being slow
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Thread.class, "sleep", long.class, int.class)
          .because("who waits is woken, or asks a timer");
}
