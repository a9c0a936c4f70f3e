"""What people get wrong in ex12: each a working optimizer, each with its misconception."""

import numpy as np
from grader import mistake


class _Base:
    """Adam with its update in parts, so that a mistake can change one of them."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.params, self.lr, self.betas, self.eps, self.t = params, lr, betas, eps, 0
        self.m = {name: np.zeros_like(value) for name, value in params.items()}
        self.v = {name: np.zeros_like(value) for name, value in params.items()}

    def step(self, grads):
        self.t += 1
        for name in self.params:
            self.moments(name, grads[name])
            self.move(name, self.update(name))

    def moments(self, name, g):
        beta1, beta2 = self.betas
        self.m[name] = beta1 * self.m[name] + (1 - beta1) * g
        self.v[name] = beta2 * self.v[name] + (1 - beta2) * g * g

    def update(self, name):
        m, v = self.corrected(name)
        return self.lr * m / (np.sqrt(v) + self.eps)

    def corrected(self, name):
        beta1, beta2 = self.betas
        return self.m[name] / (1 - beta1**self.t), self.v[name] / (1 - beta2**self.t)

    def move(self, name, update):
        self.params[name] -= update


@mistake("your moments are not corrected for their start at 0; divide by 1 - beta**t")
class NoBiasCorrection(_Base):
    def corrected(self, name):
        return self.m[name], self.v[name]


@mistake("your correction leaves out the second moment; both must be divided by 1 - beta**t")
class FirstMomentCorrectedAlone(_Base):
    def corrected(self, name):
        return super().corrected(name)[0], self.v[name]


@mistake("your correction leaves out the first moment; both must be divided by 1 - beta**t")
class SecondMomentCorrectedAlone(_Base):
    def corrected(self, name):
        return self.m[name], super().corrected(name)[1]


@mistake("your correction divides by 1 - beta at every step; the power t must grow with the steps")
class CorrectionWithoutThePower(_Base):
    def corrected(self, name):
        return self.m[name] / (1 - self.betas[0]), self.v[name] / (1 - self.betas[1])


@mistake("your step count advances once a parameter; it must advance once a step")
class StepCountedPerParameter(_Base):
    def step(self, grads):
        for name in self.params:
            self.t += 1
            self.moments(name, grads[name])
            self.move(name, self.update(name))


@mistake("your step count advances with each gradient; it must advance once a step")
class StepCountedPerGradient(_Base):
    def step(self, grads):
        for name, g in grads.items():
            self.t += 1
            self.moments(name, g)
            self.move(name, self.update(name))


@mistake("your step count is one too high: the first step must use t = 1")
class StepCountFromTwo(_Base):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, betas, eps)
        self.t = 1


@mistake("your eps stands under the root; it must be added to the root")
class EpsUnderTheRoot(_Base):
    def update(self, name):
        m, v = self.corrected(name)
        return self.lr * m / np.sqrt(v + self.eps)


@mistake("your eps is added before the correction, to the root of the raw second moment")
class EpsBeforeTheCorrection(_Base):
    def update(self, name):
        m = self.corrected(name)[0]
        root = (np.sqrt(self.v[name]) + self.eps) / np.sqrt(1 - self.betas[1] ** self.t)
        return self.lr * m / root


@mistake("your eps is left out; without it a gradient of 0 divides 0 by 0")
class NoEps(_Base):
    def update(self, name):
        m, v = self.corrected(name)
        with np.errstate(invalid="ignore"):
            return self.lr * m / np.sqrt(v)


@mistake("your eps is fixed; it must be the one that was passed")
class EpsFixed(_Base):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, betas, 1e-8)


@mistake("your second moment has no root; the update is m / (sqrt(v) + eps)")
class NoRoot(_Base):
    def update(self, name):
        m, v = self.corrected(name)
        return self.lr * m / (v + self.eps)


@mistake("your second moment averages the gradients; it must average their squares")
class SecondMomentOfTheGradient(_Base):
    def moments(self, name, g):
        beta1, beta2 = self.betas
        self.m[name] = beta1 * self.m[name] + (1 - beta1) * g
        self.v[name] = beta2 * self.v[name] + (1 - beta2) * np.abs(g)


@mistake("your second moment averages the squares of m; it must average those of the gradient")
class SecondMomentOfTheFirst(_Base):
    def moments(self, name, g):
        beta1, beta2 = self.betas
        self.m[name] = beta1 * self.m[name] + (1 - beta1) * g
        self.v[name] = beta2 * self.v[name] + (1 - beta2) * self.m[name] ** 2


@mistake("your betas have changed places; the first decays the mean, the second the squares")
class BetasExchanged(_Base):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, betas[::-1], eps)


@mistake("your new gradient lacks its factor 1 - beta, so the moments are sums and not means")
class MomentsAreSums(_Base):
    def moments(self, name, g):
        self.m[name] = self.betas[0] * self.m[name] + g
        self.v[name] = self.betas[1] * self.v[name] + g * g


@mistake(
    "your first moment lacks the factor 1 - beta1 of its new gradient: it is a sum, not a mean"
)
class FirstMomentIsASum(_Base):
    def moments(self, name, g):
        super().moments(name, g)
        self.m[name] += self.betas[0] * g


@mistake("your second moment lacks the factor 1 - beta2 of its new square: it is a sum, not a mean")
class SecondMomentIsASum(_Base):
    def moments(self, name, g):
        super().moments(name, g)
        self.v[name] += self.betas[1] * g * g


@mistake("your old moment has the weight 1 - beta; it keeps beta, the new gradient gets 1 - beta")
class WeightsOfTheMomentsExchanged(_Base):
    def moments(self, name, g):
        beta1, beta2 = self.betas
        self.m[name] = (1 - beta1) * self.m[name] + beta1 * g
        self.v[name] = (1 - beta2) * self.v[name] + beta2 * g * g


@mistake("your second moment is one number a parameter; each element has its own")
class OneSecondMomentAnArray(_Base):
    def moments(self, name, g):
        beta1, beta2 = self.betas
        self.m[name] = beta1 * self.m[name] + (1 - beta1) * g
        self.v[name] = beta2 * self.v[name] + (1 - beta2) * np.mean(g * g)


@mistake("you go up the slope: the update must be subtracted")
class Uphill(_Base):
    def move(self, name, update):
        self.params[name] += update


@mistake("your steps are not Adam's: you move by the gradient itself, without the moments")
class PlainGradientDescent(_Base):
    def moments(self, name, g):
        self.m[name] = g

    def update(self, name):
        return self.lr * self.m[name]


@mistake(
    "no array of params ever changes: `p = p - …` only gives the name p to a new array, "
    "`p -= …` changes the array itself"
)
class NothingMoves(_Base):
    def move(self, name, update):
        pass


@mistake("your moments begin at 0 again in every step; keep them from one step to the next")
class MomentsForgotten(_Base):
    def moments(self, name, g):
        beta1, beta2 = self.betas
        self.m[name] = (1 - beta1) * g
        self.v[name] = (1 - beta2) * g * g


@mistake(
    "you go up the slope, and your moments begin at 0 again in every step: subtract the update, "
    "and keep the moments"
)
class UphillWithoutMemory(MomentsForgotten):
    def move(self, name, update):
        self.params[name] += update


@mistake("your m and v are one and the same array: each overwrites the other; make two")
class MomentsInOneArray(_Base):
    def moments(self, name, g):
        beta1, beta2 = self.betas
        first = beta1 * self.m[name] + (1 - beta1) * g
        self.m[name] = self.v[name] = beta2 * first + (1 - beta2) * g * g


@mistake("you put a new array under each name; change the arrays in place, others hold them too")
class NewArrays(_Base):
    def move(self, name, update):
        self.params[name] = self.params[name] - update


@mistake("your float32 parameters become float64; NumPy scalars and float64 moments do that")
class ParametersBecomeFloat64(_Base):
    def move(self, name, update):
        value = self.params[name]
        if value.dtype == np.float64:
            value -= update
        else:
            self.params[name] = value.astype(np.float64) - update


@mistake("you change the caller's gradients in place; they must stay as they are")
class GradientsChanged(_Base):
    def step(self, grads):
        super().step(grads)
        for name in self.params:
            grads[name] *= 1 - self.betas[0]


@mistake("you keep the caller's gradient arrays, which it overwrites; keep moments of your own")
class KeepsTheCallersGradients(_Base):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, betas, eps)
        self.history = []

    def step(self, grads):
        self.history.append(dict(grads))
        super().step(grads)

    def moments(self, name, g):
        ages = range(len(self.history) - 1, -1, -1)
        beta1, beta2 = self.betas
        past = [(age, grads[name]) for age, grads in zip(ages, self.history)]
        self.m[name] = sum((1 - beta1) * beta1**age * g for age, g in past)
        self.v[name] = sum((1 - beta2) * beta2**age * g * g for age, g in past)


@mistake("your two optimizers share one state, kept on the class; each must keep its own")
class StateOnTheClass(_Base):
    shared_m, shared_v, shared_t = {}, {}, 0

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, betas, eps)
        type(self).shared_m, type(self).shared_v, type(self).shared_t = self.m, self.v, 0

    def step(self, grads):
        kind = type(self)
        self.m, self.v = kind.shared_m, kind.shared_v
        kind.shared_t += 1
        self.t = kind.shared_t - 1
        super().step(grads)


@mistake("you correct both moments by beta1; the second one is corrected by 1 - beta2**t")
class OneCorrectionForBoth(_Base):
    def corrected(self, name):
        fix = 1 - self.betas[0] ** self.t
        return self.m[name] / fix, self.v[name] / fix


@mistake("you move before you update the moments, so each step uses those of the step before")
class MovesByTheOldMoments(_Base):
    def step(self, grads):
        self.t += 1
        for name in self.params:
            self.move(name, self.update(name))
            self.moments(name, grads[name])


@mistake("your first moment begins as the whole first gradient and is corrected for 0 all the same")
class BeginsWithTheWholeGradient(_Base):
    def moments(self, name, g):
        super().moments(name, g)
        if self.t == 1:
            self.m[name] = np.array(g)


@mistake(
    "your moments begin as the first gradient and its square and are corrected for 0 all the same"
)
class BothBeginWithTheFirstGradient(_Base):
    def moments(self, name, g):
        super().moments(name, g)
        if self.t == 1:
            self.m[name], self.v[name] = np.array(g), np.square(g)


@mistake("your step returns the parameters; it changes them in place and returns None")
class ReturnsTheParameters(_Base):
    def step(self, grads):
        super().step(grads)
        return self.params


@mistake(
    "your step moves a copy: reshape and ravel copy an array that is no contiguous block; change "
    "the arrays of params themselves"
)
class MovesFlatCopies(_Base):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(
            {name: value.reshape(-1) for name, value in params.items()}, lr, betas, eps
        )

    def moments(self, name, g):
        super().moments(name, g.reshape(-1))


@mistake(
    "you put other arrays into params, equal to those it was given; change the arrays it holds"
)
class PutsOtherArraysIntoParams(_Base):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, lr, betas, eps)
        self.given = dict(params)

    def move(self, name, update):
        self.params[name] = self.params[name] - update
        self.given[name][...] = self.params[name]
