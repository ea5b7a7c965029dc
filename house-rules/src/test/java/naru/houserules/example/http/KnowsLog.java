package naru.houserules.example.http;

import naru.houserules.example.log.Log;

public final class KnowsLog {
    Log log = new Log();
}
