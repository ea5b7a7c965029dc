package naru.houserules.example.demo;

import naru.houserules.example.log.Log;

public final class KnowsLog {
    Log log = new Log();
}
