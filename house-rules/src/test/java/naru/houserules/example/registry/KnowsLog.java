package naru.houserules.example.registry;

import naru.houserules.example.log.Log;

public final class KnowsLog {
    Log log = new Log();
}
