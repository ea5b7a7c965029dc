package naru.houserules.example.coordination;

import java.util.Random;

final class RollsDice {
    Random dice = new Random();
}
