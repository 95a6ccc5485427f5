# How long do the R packages surveillance and EpiEstim take? Writes times and the series they had.
#   Rscript benchmarks/warning_times.R FOLDER
suppressMessages({library(surveillance); library(EpiEstim)})
folder <- commandArgs(trailingOnly = TRUE)[1]
quiet <- function(...) suppressMessages(suppressWarnings(...))
improved <- list(noPeriods = 10, b = 3, w = 3, weightsThreshold = 2.58, pastWeeksNotIncluded = 26,
                 pThresholdTrend = 1, thresholdMethod = "nbPlugin", alpha = 0.005)
set.seed(2)
many <- matrix(rpois(312 * 1000, 5), nrow = 312)
times <- list()
clock <- function(what, n, code) {
  took <- system.time(code)
  times[[length(times) + 1]] <<- data.frame(what = what, n = n, cpu_s = sum(took[1:2]),
                                            wall_s = took[3])
}
s <- sts(observed = many, frequency = 52, start = c(2001, 1))
clock("farrington", 1000, suppressWarnings(farringtonFlexible(s, control = c(
  improved, list(range = 312, glmWarnings = FALSE)))))
clock("ears", 1000, earsC(s, control = list(range = 312, method = "C1")))
clock("cusum", 100, algo <- suppressWarnings(cusum(s[, 1:100], control = list(
  range = 53:312, k = 1.04, h = 2.26, m = NULL, trans = "rossi"))))
clock("glr", 20, glrnb(s[, 1:20], control = list(range = 105:312, c.ARL = 5, alpha = 0,
  dir = "inc", mu0 = list(S = 1, trend = TRUE), Mtilde = 1, M = -1, change = "intercept")))
cases <- lapply(1:20, function(k) rpois(120, 20))
si <- discr_si(0:60, 7.5, 3.4); si <- si / sum(si)
clock("reproduction", 20, for (x in cases) quiet(estimate_R(x, method = "non_parametric_si",
  config = make_config(list(t_start = 2:114, t_end = 8:120, si_distr = si)))))
write.csv(do.call(rbind, times), file.path(folder, "r_times.csv"), row.names = FALSE)
write.csv(t(many), file.path(folder, "many.csv"), row.names = FALSE)
