package naru.houserules.example.connectors;

import naru.houserules.example.log.Log;

public final class KnowsLog {
    Log log = new Log();
}
