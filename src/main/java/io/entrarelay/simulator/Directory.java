package io.entrarelay.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Who works in a tenant and with what: people with a home, working hours, devices and favourite
 * applications, service accounts that never sleep, guests, and Conditional Access policies; and the
 * Azure resources that have an identity of their own.
 */
final class Directory {

  /** A city with the hours that its clocks are ahead of UTC. */
  record City(
      String name, String state, String country, double latitude, double longitude, int offset) {}

  /** An application that people sign in to, and the resource that it opens. */
  record App(String id, String name, String resourceId, String resourceName) {}

  /** A device; {@code id} is empty where Entra doesn't know it. */
  record Device(
      String id,
      @Nullable String name,
      String system,
      String browser,
      String userAgent,
      boolean managed,
      @Nullable String trust) {}

  enum Role {
    MEMBER,
    ADMIN,
    GUEST,
    FEDERATED,
    SERVICE_ACCOUNT
  }

  record Person(
      String id,
      String name,
      String principal,
      Role role,
      City home,
      int begins,
      int works,
      String homeAddress,
      String workAddress,
      List<Device> devices,
      List<App> apps,
      String homeTenantId) {

    /** Whether it is working time where they live; service accounts always work. */
    boolean works(long epochSecond) {
      if (role == Role.SERVICE_ACCOUNT) {
        return true;
      }
      long local = epochSecond + home.offset * 3600L;
      int hour = (int) Math.floorMod(local / 3600, 24L);
      // 1 January 1970 was a Thursday
      int day = (int) Math.floorMod(local / 86_400 + 3, 7L);
      return day < 5 && Math.floorMod(hour - begins, 24) < works;
    }
  }

  record Policy(String id, String name, List<String> grants, List<String> sessions) {}

  /** An Azure resource that signs in by itself. */
  record Resource(String id, String name, String appId, String azureId, boolean userAssigned) {}

  static final String GRAPH = "00000003-0000-0000-c000-000000000000";

  private static final List<String> FIRST =
      List.of(
          "Adele",
          "Alex",
          "Amira",
          "Anton",
          "Bianca",
          "Chen",
          "Diego",
          "Elif",
          "Emeka",
          "Fatima",
          "Giulia",
          "Hana",
          "Henrietta",
          "Isaiah",
          "Jóhanna",
          "Joni",
          "Kenji",
          "Lee",
          "Lidia",
          "Lynne",
          "Megan",
          "Miriam",
          "Nestor",
          "Nikolaos",
          "Olúwaseun",
          "Patti",
          "Pradeep",
          "Raúl",
          "Sofía",
          "Søren",
          "Tatsuya",
          "Uwe",
          "Vance",
          "Wiktoria",
          "Yuki",
          "Zoë");
  private static final List<String> LAST =
      List.of(
          "Abara",
          "Bowen",
          "Cameron",
          "D'Souza",
          "Eriksson",
          "Fischer",
          "García",
          "Holloway",
          "Ivanova",
          "Johansen",
          "Kowalski",
          "Larsson",
          "Müller",
          "Nakamura",
          "O'Brien",
          "Pereira",
          "Quispe",
          "Robbins",
          "Sherman",
          "Tanaka",
          "Ünal",
          "Vance",
          "Wilber",
          "Xu",
          "Yılmaz",
          "Żuraw",
          "van der Berg",
          "Wallin",
          "Okafor",
          "Lindqvist");
  static final List<City> CITIES =
      List.of(
          new City("Redmond", "Washington", "US", 47.68050003051758, -122.12094116210938, -8),
          new City("New York", "New York", "US", 40.7128, -74.006, -5),
          new City("São Paulo", "Sao Paulo", "BR", -23.5505, -46.6333, -3),
          new City("London", "England", "GB", 51.5074, -0.1278, 0),
          new City("Utrecht", "Utrecht", "NL", 52.09, 5.12, 1),
          new City("Berlin", "Berlin", "DE", 52.52, 13.405, 1),
          new City("Zürich", "Zurich", "CH", 47.3769, 8.5417, 1),
          new City("Lagos", "Lagos", "NG", 6.5244, 3.3792, 1),
          new City("Istanbul", "Istanbul", "TR", 41.0082, 28.9784, 3),
          new City("Bengaluru", "Karnataka", "IN", 12.9716, 77.5946, 5),
          new City("Singapore", "Central Singapore", "SG", 1.3521, 103.8198, 8),
          new City("Tokyo", "Tokyo", "JP", 35.6762, 139.6503, 9),
          new City("Sydney", "New South Wales", "AU", -33.8688, 151.2093, 10));
  private static final List<App> APPS =
      List.of(
          app("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams", "Microsoft Graph"),
          app("5d661950-3475-41cd-a2c3-d671a3162bc1", "Microsoft Outlook", "Office 365 Exchange"),
          app("89bee1f7-5e6e-4d8a-9f3d-ecd601259da7", "Office365 Shell WCSS-Client", "Microsoft"),
          app("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online", "SharePoint"),
          app("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal", "Azure Service Management"),
          app("de8bc8b5-d9f9-48b1-a8ad-b748da725064", "Graph Explorer", "Microsoft Graph"),
          app("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI", "Azure Management"),
          app("1950a258-227b-4e31-a9cf-717495945fc2", "Microsoft Azure PowerShell", "Azure"),
          app("9ba1a5c7-f17a-4de9-a1f1-6178c8d51223", "Microsoft Intune Company Portal", "Intune"),
          app("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome", "OfficeHome"),
          app("a40d7d7d-59aa-447e-a655-679a4107e548", "Accounts Control UI", "Microsoft Graph"),
          app("7b1d2c3e-4f50-4a61-8b72-9c83ad94be05", "Travel & Expenses <SAML>", "Travel"),
          app("0d4a7c1b-2e3f-4051-9263-7485a6b7c8d9", "Payroll \"Nómina\"", "Payroll"));
  private static final List<Device> BROWSERS =
      List.of(
          new Device(
              "",
              null,
              "Windows10",
              "Edge 141.0.0",
              "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
                  + " Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
              false,
              null),
          new Device(
              "",
              null,
              "MacOs",
              "Safari 18.5",
              "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like"
                  + " Gecko) Version/18.5 Safari/605.1.15",
              false,
              null),
          new Device(
              "",
              null,
              "Ios 18.5",
              "Mobile Safari 18.5",
              "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML,"
                  + " like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
              false,
              null),
          new Device(
              "",
              null,
              "Android",
              "Chrome Mobile 140.0.0",
              "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko)"
                  + " Chrome/140.0.0.0 Mobile Safari/537.36",
              false,
              null),
          new Device(
              "",
              null,
              "Linux",
              "Firefox 143.0",
              "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
              false,
              null));

  private final long seed;
  private final SimulatedTenant tenant;
  private final String domain;
  private final List<Person> people = new ArrayList<>();
  private final List<Person> admins = new ArrayList<>();
  private final List<Policy> policies = new ArrayList<>();
  private final List<App> services = new ArrayList<>();
  private final List<Resource> resources = new ArrayList<>();

  Directory(long seed, SimulatedTenant tenant) {
    this.seed = seed;
    this.tenant = tenant;
    this.domain = tenant.name() + ".example";
    SplittableRandom random = new SplittableRandom(Mix.of(seed, 77));
    int size = 60 + random.nextInt(240);
    for (int i = 0; i < size; i++) {
      Person person = person(seed, i, random);
      people.add(person);
      if (person.role() == Role.ADMIN) {
        admins.add(person);
      }
    }
    String[] names = {
      "Require MFA for all users", "Block legacy authentication", "Require compliant device",
      "Sign-in frequency for admins", "Block untrusted countries", "Report only: risk"
    };
    List<List<String>> grants =
        List.of(
            List.of("Mfa"),
            List.of("Block"),
            List.of("RequireCompliantDevice"),
            List.of(),
            List.of("Block"),
            List.of("Mfa"));
    for (int i = 0; i < names.length; i++) {
      policies.add(
          new Policy(
              Mix.uuid(seed ^ 0x90, i).toString(),
              names[i],
              grants.get(i),
              i == 3 ? List.of("SignInFrequency") : List.of()));
    }
    for (String name : List.of("HR Sync", "Backup Agent", "CI Pipeline", "Ticket Bridge")) {
      services.add(
          new App(Mix.uuid(seed ^ 0x5E, services.size()).toString(), name, GRAPH, "Graph"));
    }
    String group = "/subscriptions/" + Mix.uuid(seed ^ 0x5B, 0) + "/resourcegroups/production";
    for (String kind :
        List.of(
            "Microsoft.Compute/virtualMachines/vm-build-01",
            "Microsoft.Web/sites/func-invoices",
            "Microsoft.Logic/workflows/onboarding",
            "Microsoft.ManagedIdentity/userAssignedIdentities/id-backup")) {
      int number = resources.size();
      resources.add(
          new Resource(
              Mix.uuid(seed ^ 0x4D, number).toString(),
              kind.substring(kind.lastIndexOf('/') + 1),
              Mix.uuid(seed ^ 0x4E, number).toString(),
              group + "/providers/" + kind,
              kind.contains("userAssigned")));
    }
  }

  private static App app(String id, String name, String resource) {
    return new App(id, name, GRAPH, resource);
  }

  private Person person(long seed, int number, SplittableRandom random) {
    // the first is an administrator, so that each tenant has one
    int dice = number == 0 ? 8 : random.nextInt(100);
    Role role =
        dice < 5
            ? Role.SERVICE_ACCOUNT
            : dice < 10
                ? Role.ADMIN
                : dice < 18 ? Role.GUEST : dice < 26 ? Role.FEDERATED : Role.MEMBER;
    City home = CITIES.get(random.nextInt(CITIES.size()));
    String first = FIRST.get(random.nextInt(FIRST.size()));
    String last = LAST.get(random.nextInt(LAST.size()));
    String name = role == Role.SERVICE_ACCOUNT ? "svc-task-" + number : first + " " + last;
    String local =
        role == Role.SERVICE_ACCOUNT
            ? name
            : (first + "." + last + number).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]", "");
    String at = role == Role.GUEST ? "partner.example" : domain;
    List<Device> devices = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      Device plain = BROWSERS.get(random.nextInt(BROWSERS.size()));
      boolean managed = role != Role.GUEST && random.nextInt(3) > 0;
      devices.add(
          managed
              ? new Device(
                  Mix.uuid(seed ^ 0xDE, number * 4L + i).toString(),
                  (plain.system().startsWith("Win") ? "LAPTOP-" : "DEVICE-")
                      + Integer.toString(random.nextInt(36 * 36 * 36 * 36), 36)
                          .toUpperCase(Locale.ROOT),
                  plain.system(),
                  plain.browser(),
                  plain.userAgent(),
                  true,
                  random.nextBoolean() ? "Hybrid Azure AD joined" : "Azure AD joined")
              : plain);
    }
    List<App> apps = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      apps.add(APPS.get(random.nextInt(APPS.size())));
    }
    boolean six = random.nextInt(6) == 0;
    String homeAddress =
        six
            ? "2001:db8:"
                + Integer.toHexString(random.nextInt(65536))
                + "::"
                + Integer.toHexString(1 + random.nextInt(65535))
            : "198.51.100." + (1 + random.nextInt(254));
    return new Person(
        Mix.uuid(seed ^ 0xBE, number).toString(),
        name,
        local + "@" + at,
        role,
        home,
        role == Role.ADMIN ? 6 : 7 + random.nextInt(3),
        role == Role.ADMIN ? 12 : 8 + random.nextInt(3),
        homeAddress,
        "203.0.113." + (1 + random.nextInt(20)),
        devices,
        apps,
        role == Role.GUEST ? Mix.uuid(seed ^ 0x6E, 1).toString() : tenant.tenantId());
  }

  SimulatedTenant tenant() {
    return tenant;
  }

  String domain() {
    return domain;
  }

  /** An administrator, and somebody who isn't one. */
  List<Member> members() {
    Person user =
        people.stream().filter(person -> person.role() == Role.MEMBER).findFirst().orElseThrow();
    return List.of(member(people.get(0), true), member(user, false));
  }

  private Member member(Person person, boolean administrator) {
    return new Member(
        new SimulatedPerson(
            person.id(), tenant.tenantId(), person.principal(), person.name(), administrator),
        person.id(),
        administrator);
  }

  List<Policy> policies() {
    return policies;
  }

  List<App> services() {
    return services;
  }

  List<Resource> resources() {
    return resources;
  }

  /** Each number somebody else: first the tenant's people, behind them some who have left. */
  Person numbered(long number) {
    return number < people.size()
        ? people.get((int) number)
        : person(seed, (int) number, new SplittableRandom(Mix.of(seed ^ 0x1EF, number)));
  }

  /** Somebody who works at that time, most likely. */
  Person anyone(SplittableRandom random, long epochSecond) {
    return pick(people, random, epochSecond);
  }

  Person admin(SplittableRandom random, long epochSecond) {
    return pick(admins, random, epochSecond);
  }

  private static Person pick(List<Person> people, SplittableRandom random, long epochSecond) {
    Person person = people.get(random.nextInt(people.size()));
    for (int i = 0; i < 6 && !person.works(epochSecond); i++) {
      person = people.get(random.nextInt(people.size()));
    }
    return person;
  }
}
