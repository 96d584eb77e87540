import io.trino.plugin.memory.MemoryPlugin;
import io.trino.server.testing.TestingTrinoServer;
import java.io.PrintStream;
import java.util.Map;

/** A Trino server on the loopback interface with a memory catalog. Prints its address; ends with its standard input. */
public class TrinoServer {
  public static void main(String[] args) throws Exception {
    PrintStream answers = System.out;
    // Whatever the engine logs goes elsewhere than its address.
    System.setOut(System.err);
    TestingTrinoServer server = TestingTrinoServer.builder()
        .setProperties(Map.of("node-scheduler.include-coordinator", "true"))
        .build();
    server.installPlugin(new MemoryPlugin());
    server.createCatalog("memory", "memory", Map.of("memory.max-data-per-node", "512MB"));
    answers.println(server.getBaseUrl());
    answers.flush();
    while (System.in.read() >= 0) {}
    server.close();
    System.exit(0);
  }
}
