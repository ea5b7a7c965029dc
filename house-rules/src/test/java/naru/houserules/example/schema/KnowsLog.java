package naru.houserules.example.schema;

import naru.houserules.example.log.Log;

public final class KnowsLog {
    Log log = new Log();
}
